"""How the house is: what waits, what failed, and when we last heard from outside."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from conbillet.backups.health import BackupHealth, backup_health
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.mail.models import OutgoingMail
from conbillet.payments.models import ProviderEvent
from conbillet.support.models import Inbox

# What waits longer than this is shown as late. Retries wait on purpose, and count from when they are due.
LATE = timedelta(minutes=5)
ALIVE = timedelta(seconds=30)
MOST = 50

_QUEUE = """
SELECT count(*) FILTER (WHERE status = 'todo'),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       min(COALESCE(scheduled_at, deferred.at)) FILTER (WHERE status = 'todo')
FROM procrastinate_jobs
LEFT JOIN LATERAL (
    SELECT max(at) AS at FROM procrastinate_events WHERE job_id = procrastinate_jobs.id AND type IN ('deferred', 'retried', 'deferred_for_retry')
) deferred ON status = 'todo'
WHERE status IN ('todo', 'doing', 'failed')
"""
_FAILED = """
SELECT id, task_name, attempts, (SELECT max(at) FROM procrastinate_events WHERE job_id = procrastinate_jobs.id)
FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id DESC LIMIT %s
"""
_LAST = """
SELECT max(event.at) FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
WHERE job.task_name = %s AND event.type = 'succeeded'
"""


@dataclass(frozen=True)
class FailedJob:
    id: int
    fact: str
    attempts: int
    at: datetime | None


@dataclass(frozen=True)
class Health:
    """`oldest_due` is since when the job that has waited longest could have run."""

    waiting: int
    running: int
    failed: int
    oldest_due: datetime | None
    workers: int
    failed_jobs: tuple[FailedJob, ...] = field(default=())
    unsent_mails: int = 0
    failed_mails: int = 0
    last_webhook: datetime | None = None
    last_reconciliation: datetime | None = None
    inbox: Inbox | None = None
    backups: BackupHealth | None = None

    def queue_age(self, now: datetime) -> timedelta:
        """How long the oldest job that is due has waited."""
        return max(now - self.oldest_due, timedelta()) if self.oldest_due else timedelta()

    def is_late(self, now: datetime) -> bool:
        return self.queue_age(now) > LATE


def queue_health() -> Health:
    """The queue alone: two short queries."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE)
        waiting, running, failed, oldest = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [ALIVE.total_seconds()],
        )
        (workers,) = cursor.fetchone()
    return Health(waiting=waiting, running=running, failed=failed, oldest_due=oldest, workers=workers)


def house_health(*, now: datetime) -> Health:
    """Everything the desk shows."""
    queue = queue_health()
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, [MOST])
        failed_jobs = tuple(
            FailedJob(job, name.removeprefix("fact:"), attempts, at) for job, name, attempts, at in cursor.fetchall()
        )
        cursor.execute(_LAST, ["schedule:reconcile"])
        (reconciled,) = cursor.fetchone()
    mails = OutgoingMail.objects
    return Health(
        waiting=queue.waiting,
        running=queue.running,
        failed=queue.failed,
        oldest_due=queue.oldest_due,
        workers=queue.workers,
        failed_jobs=failed_jobs,
        unsent_mails=mails.filter(state__in=["waiting", "sending"], created_at__lt=now - LATE).count(),
        failed_mails=mails.filter(state=OutgoingMail.State.FAILED).count(),
        last_webhook=ProviderEvent.objects.aggregate(last=Max("received_at"))["last"],
        last_reconciliation=reconciled,
        inbox=Inbox.objects.filter(pk=1).first(),
        backups=backups_now(now=now),
    )


def backups_now(*, now: datetime) -> BackupHealth:
    """How this installation's backups stand; no query."""
    return backup_health(chosen=settings.CONBILLET_BACKUP, data=Path(settings.CONBILLET_DATA), now=now)


@transaction.atomic
def retry_job(*, job: int, actor: Actor, now: datetime) -> bool:
    """Let a failed job run again; False when it is not failed (any more)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE id = %s AND status = 'failed' FOR UPDATE", [job])
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job])
    audit.record(
        action="job_retried",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="job",
        object_reference=str(job),
        fact=row[0],
    )
    return True
