"""Jobs of killed workers run again; jobs of living ones are left alone; scheduled ones come by the clock."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from conbillet.config import schedule, stalled_jobs
from conbillet.config.stalled_jobs import forget_old_jobs, free_stalled_jobs
from conbillet.core.facts import announce

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def run(sql: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else None


def worker(*, seconds_silent: int) -> int:
    sql = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 s') RETURNING id"
    return run(sql, seconds_silent)[0][0]


def job(worker_id: int | None, *, name: str = "fact:mail_waiting", attempts: int = 0) -> int:
    announce("mail_waiting", mail=1)
    (number,) = run("SELECT max(id) FROM procrastinate_jobs")[0]
    run("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", number)
    sql = "UPDATE procrastinate_jobs SET worker_id = %s, task_name = %s, attempts = %s WHERE id = %s"
    run(sql, worker_id, name, attempts, number)
    return number


def states() -> dict[int, str]:
    return dict(run("SELECT id, status::text FROM procrastinate_jobs"))


def test_jobs_of_dead_workers_run_again(db):
    run("DELETE FROM procrastinate_jobs")
    lost, orphan = job(worker(seconds_silent=31)), job(None)
    alive = job(worker(seconds_silent=5))
    assert free_stalled_jobs(now=NOW) == 2
    assert states() == {lost: "todo", orphan: "todo", alive: "doing"}
    assert free_stalled_jobs(now=NOW) == 0


def test_scheduled_jobs_are_dropped_so_that_their_lock_is_free():
    run("DELETE FROM procrastinate_jobs")
    job(worker(seconds_silent=99), name=f"{stalled_jobs.SCHEDULED}reconcile")
    assert free_stalled_jobs(now=NOW) == 1
    assert states() == {}


def test_a_job_that_kills_its_worker_again_and_again_is_put_aside():
    run("DELETE FROM procrastinate_jobs")
    poison = job(worker(seconds_silent=99), attempts=stalled_jobs.MOST_ATTEMPTS)
    free_stalled_jobs(now=NOW)
    assert states() == {poison: "failed"}


def test_what_ended_long_ago_is_forgotten():
    run("DELETE FROM procrastinate_jobs")
    old, young, waiting = job(None), job(None), job(None)
    for number in (old, young):
        run("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", number)
    run("UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = %s", old)
    assert forget_old_jobs(now=NOW) == 1
    assert sorted(states()) == [young, waiting]


def test_everything_on_the_schedule_can_run():
    from procrastinate.contrib.django import app

    names = {name for name, _id in app.periodic_registry.periodic_tasks}
    assert {"schedule:reconcile", "schedule:free_stalled_jobs", "schedule:seal_audit"} <= names
    for name in names:
        task = app.tasks[name]
        assert task.lock == (None if name == "schedule:free_stalled_jobs" else name)
    schedule.seal_audit(now=NOW)
