"""Deleting people, and looking for what is left, among 200,000 accounts: `python -m bench.privacy_erasure`.

Goals: one erasure under a second, also of somebody with 50 orders; the search for a dozen values in every column, file, log
and mail of a house that has sold 39,000 tickets under a minute. What counts is the CPU of our process and of the database:
on a machine that is busy with other things, the clock says up to five times as much. The erasures are done whole,
constraints checked, and rolled back, so that the database serves the next run.
"""

import os
import subprocess
import sys
import time
from datetime import timedelta

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from .cpu import seconds
from .databases import CHECKOUT, DATA, ensure, environment, keys_of_its_own

ERASURES, ERASURE_SECONDS, SEARCH_SECONDS = 15, 1.0, 60.0


def main() -> int:
    postgres = EmbeddedPostgres(DATA / "postgres")
    postgres.start()
    try:
        assert postgres.pid is not None, "another program runs the bench's database"
        accounts, people = ensure(postgres, "accounts"), ensure(postgres, "people")
        command = [sys.executable, "-m", "bench.privacy_erasure", str(postgres.pid)]
        owner = environment(people) | {"DATABASE_URL": people.owner_url}
        with keys_of_its_own() as keys:
            erased = subprocess.run(command, env=environment(accounts, **keys), cwd=CHECKOUT, check=False).returncode
        found = subprocess.run([*command, "search"], env=owner, cwd=CHECKOUT, check=False).returncode
        return erased or found
    finally:
        postgres.stop()


class Watch:
    """How long something took: `work` is the CPU of this process and of the database, `wall` is what the clock says."""

    def __init__(self) -> None:
        self._database = int(sys.argv[1])

    def __enter__(self) -> "Watch":
        self._began = time.perf_counter(), time.process_time() + seconds(self._database)
        return self

    def __exit__(self, *_error: object) -> None:
        self.wall = time.perf_counter() - self._began[0]
        self.work = time.process_time() + seconds(self._database) - self._began[1]

    def __str__(self) -> str:
        return f"{self.work * 1000:.0f} ms ({self.wall * 1000:.0f} ms by the clock)"


def erasures() -> int:
    """Erase some buyers, the one with 50 orders among them; the slowest counts."""
    from django.db import connection, transaction
    from django.db.models import Count

    from conbillet.core import clock
    from conbillet.privacy.reach import guest
    from conbillet.sales.models import Order
    from conbillet.workflows.erasure import erase_by_command, preview_erasure

    from .accounts import HER_EMAIL

    others = Order.objects.exclude(buyer_email__in=["", HER_EMAIL]).values_list("buyer_email").annotate(n=Count("pk"))
    emails = [HER_EMAIL, *(email for email, _orders in others.order_by("-n", "buyer_email")[:ERASURES])]
    now, took = clock.now() + timedelta(days=365), []  # after the event: nothing is upcoming, and nobody is refused
    preview_erasure(subject=guest(emails[-1]), now=now)  # a worker has read its catalogues before
    with Watch() as shown:
        rows = sum(preview_erasure(subject=guest(HER_EMAIL), now=now).plan.lines.values())
    for email in emails:
        with transaction.atomic():
            with Watch() as watch:
                erase_by_command(email=email, now=now, void_tickets=True)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            took.append(watch)
            transaction.set_rollback(True)
    slowest = max(took, key=lambda watch: watch.work)
    fine = slowest.work < ERASURE_SECONDS
    print(f"somebody with 50 orders, {rows} entries on the receipt: shown beforehand in {shown}, erased in {took[0]}")
    print(f"the slowest of {len(took)} erasures: {slowest} (goal: 1 s): {'ok' if fine else 'TOO MUCH'}", flush=True)
    return 0 if fine else 1


def search() -> int:
    """Values that are nowhere: every place has to be looked at to its end."""
    from django.conf import settings

    from conbillet.privacy.residue import search as residue

    values = [f"canary-{number}-{'xyzzy' * 3}" for number in range(10)] + ["canary@nowhere.example", "+4529384756"]
    with Watch() as watch:
        hits = list(residue(values, folders=[settings.CONBILLET_DATA, settings.CONBILLET_KEYS]))
    fine = watch.work < SEARCH_SECONDS and not hits
    print(
        f"residue search for {len(values)} values: {watch.work:.1f} s ({watch.wall:.1f} s by the clock; goal: 60 s): "
        f"{'ok' if fine else 'TOO MUCH'}",
        flush=True,
    )
    return 0 if fine else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    if len(sys.argv) > 1:
        import django

        django.setup()
        sys.exit(search() if "search" in sys.argv else erasures())
    sys.exit(main())
