"""A package of insight for somebody with 50 orders among 200,000 accounts: `python -m bench.privacy_insight`.

Part of `make bench-privacy`. Goal: 2 s of work, of the worker and the database together, from the job's first line to the
sealed file; exit code 1 beyond it, for the slowest of five. The clock's time is shown beside it: it depends on who else is at
work on the machine. Nothing of it stays: the package is rolled back, its file deleted.
"""

import json
import os
import subprocess
import sys
import time
from typing import Any

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from .cpu import seconds
from .databases import CHECKOUT, DATA, ensure, environment, keys_of_its_own

PACKAGES, SECONDS, LEAST_ORDERS, LEAST_ACCOUNTS = 5, 2.0, 50, 200_000


def main() -> int:
    postgres = EmbeddedPostgres(DATA / "postgres")
    postgres.start()
    try:
        assert postgres.pid is not None, "another program runs the bench's database"
        database = ensure(postgres, "accounts")
        with keys_of_its_own() as keys:
            answer = subprocess.run(
                [sys.executable, "-m", "bench.privacy_insight", str(postgres.pid)],
                env=environment(database, **keys),
                cwd=CHECKOUT,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
    finally:
        postgres.stop()
    found = json.loads(answer.stdout.splitlines()[-1])
    fine = found["cpu"] + found["database"] <= SECONDS and found["orders"] >= LEAST_ORDERS and found["accounts"] >= LEAST_ACCOUNTS
    print(
        f"collected for the page with {found['queries']} queries in {found['page'] * 1000:.0f} ms CPU, of an address that nobody "
        f"knows in {found['guest'] * 1000:.0f} ms"
    )
    print(
        f"package for {found['orders']} orders among {found['accounts']:,} accounts ({found['bytes'] / 1e3:.0f} kB, "
        f"{found['pages']} pages of PDF): {found['cpu']:.2f} s CPU of the worker and {found['database']:.2f} s of the database "
        f"at most of {PACKAGES}; by the clock {found['quickest']:.2f} to {found['slowest']:.2f} s (goal: 2 s): "
        f"{'ok' if fine else 'TOO MUCH'}"
    )
    return 0 if fine else 1


def inside(postgres: int) -> dict[str, Any]:
    """Make some packages as the job does; the slowest counts."""
    import io
    import zipfile

    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext
    from pypdf import PdfReader

    from conbillet.accounts.models import Account
    from conbillet.core import clock
    from conbillet.privacy.insight import store
    from conbillet.privacy.insight.collect import collect
    from conbillet.privacy.reach import guest, subject_of
    from conbillet.sales.models import Order
    from conbillet.workflows import insight

    from .accounts import HER, HER_EMAIL

    account = Account.objects.select_related("person").get(email=HER_EMAIL)
    now, runs, size, pages = clock.now(), [], 0, 0
    _make(account, now)  # a worker has read its templates, fonts and catalogues before
    for _ in range(PACKAGES):
        cpu, database = time.process_time(), seconds(postgres)
        with transaction.atomic():
            package = insight.order_package(account=account, language="da", now=now)
            began = time.perf_counter()
            insight.make_package(package=package.pk)
            runs.append(
                (time.perf_counter() - began, time.process_time() - cpu, seconds(postgres) - database)
            )
            plain = store.fetch(package)
            with zipfile.ZipFile(io.BytesIO(plain)) as archive:
                size, pages = len(plain), len(PdfReader(io.BytesIO(archive.read("data.pdf"))).pages)
            store.remove([package.reference])
            transaction.set_rollback(True)
    with CaptureQueriesContext(connection) as queries:
        began = time.process_time()
        collect(subject=subject_of(account.person), now=now)
        page = time.process_time() - began
    began = time.process_time()
    collect(subject=guest("nobody@example.org"), now=now)
    wall = sorted(run[0] for run in runs)
    most = max(runs, key=lambda run: run[1] + run[2])
    return {
        "guest": time.process_time() - began,
        "page": page,
        "queries": len(queries),
        "orders": Order.objects.filter(buyer=HER).count(),
        "accounts": Account.objects.count(),
        "bytes": size,
        "pages": pages,
        "quickest": wall[0],
        "slowest": wall[-1],
        "cpu": most[1],
        "database": most[2],
    }


def _make(account: Any, now: Any) -> None:
    from django.db import transaction

    from conbillet.privacy.insight import store
    from conbillet.workflows import insight

    with transaction.atomic():
        package = insight.order_package(account=account, language="da", now=now)
        insight.make_package(package=package.pk)
        store.remove([package.reference])
        transaction.set_rollback(True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    if len(sys.argv) > 1:
        import django

        django.setup()
        print(json.dumps(inside(int(sys.argv[1]))))
    else:
        sys.exit(main())
