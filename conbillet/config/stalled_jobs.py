"""Jobs whose worker was killed, and jobs that are long over. House-keeping of the queue itself."""

from datetime import datetime, timedelta

from django.db import connection, transaction

SCHEDULED = "schedule:"
# A worker says every ten seconds that it is alive; three times missed, and it is believed dead.
DEAD_AFTER = timedelta(seconds=30)
# A job that takes its worker down with it again and again is put aside.
MOST_ATTEMPTS = 20
KEEP = timedelta(days=30)

# Each job is locked while it is freed: two workers that look at once do not both set it free.
_LOST = """
SELECT job.id, job.task_name, job.attempts FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - %s * interval '1 second')
ORDER BY job.id FOR UPDATE OF job SKIP LOCKED
"""

_OVER = """
DELETE FROM procrastinate_jobs WHERE status IN ('failed', 'succeeded', 'cancelled', 'aborted') AND NOT EXISTS (
    SELECT FROM procrastinate_events event WHERE event.job_id = procrastinate_jobs.id AND event.at > now() - %s * interval '1 second'
)
"""


@transaction.atomic
def free_stalled_jobs(*, now: datetime) -> int:
    """Let jobs run again whose worker has died; returns how many. Their handlers are idempotent.

    Measured by the database's clock, on which the workers' signs of life are written. A scheduled job is dropped instead:
    the clock brings the next one, which its lock would keep out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOST, [DEAD_AFTER.total_seconds()])
        lost = cursor.fetchall()
        for job, name, attempts in lost:
            if name.startswith(SCHEDULED):
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', true)", [job])
            elif attempts >= MOST_ATTEMPTS:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job])
            else:
                cursor.execute("SELECT procrastinate_retry_job_v1(%s, now(), NULL, NULL, NULL)", [job])
    return len(lost)


def forget_old_jobs(*, now: datetime) -> int:
    """Delete what ended 30 days ago or more, as the data map declares for the job queue; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, [KEEP.total_seconds()])
        return cursor.rowcount
