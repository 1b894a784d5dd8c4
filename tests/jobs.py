"""Runs the jobs that a test has announced, in order, through the real handlers, without a worker process."""

import json

from django.db import connection

from conbillet.config.jobs import HANDLERS


def announced() -> list[tuple[str, dict]]:
    """The facts in the queue, oldest first, as (fact, ids)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")

        return [
            (name.removeprefix("fact:"), args if isinstance(args, dict) else json.loads(args))
            for name, args in cursor.fetchall()
        ]


def run_jobs(*, limit: int = 1000) -> list[str]:
    """Run everything in the queue, and what that announces, until it is empty; returns the names of the facts."""
    done = []
    while len(done) < limit:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1"
            )
            row = cursor.fetchone()
        if row is None:
            return done

        job, name, args = row
        fact = name.removeprefix("fact:")
        HANDLERS[fact](**(args if isinstance(args, dict) else json.loads(args)))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job])
        done.append(fact)
    raise AssertionError(f"the queue did not become empty within {limit} jobs")
