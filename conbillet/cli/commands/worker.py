"""Takes jobs from the queue in the database: payments, tickets, mail, scheduled work. Run one or several. SIGTERM lets
running jobs finish for three seconds; a job that was cut off is done again."""

import argparse
import sys

HELP = "run a job worker alone (production)"
GRACE_SECONDS = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (default 2)")
    parser.add_argument("--once", action="store_true", help="stop when the queue is empty")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from procrastinate.contrib.django import app

        from conbillet.backups.mark import NotOpen
        from conbillet.config.closed import refuse_if_restored
        from conbillet.config.worker import worker_connector
        from conbillet.usage import counter

        try:
            refuse_if_restored()
        except NotOpen as reason:
            print(f"conbillet: {reason}", file=sys.stderr)
            return 1
        counter.start()
        with app.replace_connector(worker_connector()) as working:
            working.run_worker(
                name="worker",
                concurrency=args.concurrency,
                wait=not args.once,
                shutdown_graceful_timeout=GRACE_SECONDS,
                # What is done leaves no trace in the queue; audit log and ledger tell what happened.
                delete_jobs="successful",
            )
    return 0
