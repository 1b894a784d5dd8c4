"""Deleting people, and looking for what is left, among 200,000 accounts: `python -m bench.privacy_erasure`.

Goals: one erasure under a second, also of somebody with 50 orders; the search for a dozen values in every column, file, log and mail under a minute. The
erasures are done whole, constraints checked, and rolled back, so that the database serves the next run.
"""

import os
import subprocess
import sys
import time
from datetime import timedelta

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from .databases import CHECKOUT, DATA, ensure, environment

ERASURES, ERASURE_SECONDS, SEARCH_SECONDS = 15, 1.0, 60.0


def main() -> int:
    postgres = EmbeddedPostgres(DATA / "postgres")
    postgres.start()
    try:
        assert postgres.pid is not None, "another program runs the bench's database"
        database = ensure(postgres, "accounts")
        command = [sys.executable, "-m", "bench.privacy_erasure", "inside"]
        owner = environment(database) | {"DATABASE_URL": database.owner_url}
        erased = subprocess.run(command, env=environment(database), cwd=CHECKOUT, check=False).returncode
        found = subprocess.run([*command, "search"], env=owner, cwd=CHECKOUT, check=False).returncode
        return erased or found
    finally:
        postgres.stop()


def erasures() -> int:
    """Erase some buyers, the one with most orders among them; the slowest counts."""
    from django.db import connection, transaction
    from django.db.models import Count

    from conbillet.core import clock
    from conbillet.privacy.reach import guest
    from conbillet.sales.models import Order
    from conbillet.workflows.erasure import erase_by_command, preview_erasure

    from .accounts import HER_EMAIL

    buyers = (
        Order.objects.exclude(buyer_email="")
        .values_list("buyer_email")
        .annotate(n=Count("pk"))
        .order_by("-n", "buyer_email")
    )
    now, took = clock.now() + timedelta(days=365), []  # after the event: nothing is upcoming, and nobody is refused
    began = time.perf_counter()
    rows = sum(preview_erasure(subject=guest(HER_EMAIL), now=now).plan.lines.values())
    shown = time.perf_counter() - began
    for email in [HER_EMAIL, *(email for email, _orders in buyers[:ERASURES] if email != HER_EMAIL)]:
        with transaction.atomic():
            began = time.perf_counter()
            erase_by_command(email=email, now=now, void_tickets=True)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            took.append(time.perf_counter() - began)
            transaction.set_rollback(True)
    fine = max(took) < ERASURE_SECONDS
    middle = sorted(took)[len(took) // 2]
    print(
        f"somebody with 50 orders, {rows} entries on the receipt: shown beforehand in {shown * 1000:.0f} ms, erased in "
        f"{took[0] * 1000:.0f} ms",
        flush=True,
    )
    print(
        f"erasure of a buyer: {middle * 1000:.0f} ms in the middle, {max(took) * 1000:.0f} ms at most, of {len(took)} "
        f"(goal: 1 s): {'ok' if fine else 'TOO MUCH'}",
        flush=True,
    )
    return 0 if fine else 1


def search() -> int:
    """Values that are nowhere: every place has to be looked at to its end."""
    from django.conf import settings

    from conbillet.privacy.residue import search as residue

    values = [f"canary-{number}-{'xyzzy' * 3}" for number in range(10)] + ["canary@nowhere.example", "+4529384756"]
    began = time.perf_counter()
    hits = list(residue(values, folders=[settings.CONBILLET_DATA, settings.CONBILLET_KEYS]))
    took = time.perf_counter() - began
    fine = took < SEARCH_SECONDS and not hits
    print(
        f"residue search for {len(values)} values: {took:.1f} s (goal: 60 s): {'ok' if fine else 'TOO MUCH'}",
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
