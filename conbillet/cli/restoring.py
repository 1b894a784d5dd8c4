"""From a backup to an open house: fetch, recover, mark, replay the promises, open. `backup restore`, `open` and `drill`."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from conbillet.backups import mark, restoring, state
from conbillet.backups.places import BackupProblem
from conbillet.backups.restic import Say, silent
from conbillet.backups.stores import Stores
from conbillet.cli.embedded_postgres import CannotStart, EmbeddedPostgres
from conbillet.cli.postgres_binaries import NoPostgres, client_programs
from conbillet.core import clock


def restore(opened: Stores, folder: Path, to: datetime | None, *, say: Say = silent) -> EmbeddedPostgres:
    """Bring the moment `to` (or all there is) back into an empty folder and leave its PostgreSQL running, marked.

    Raises BackupProblem.
    """
    choice = restoring.choose(opened, to)
    major = int(choice.base.marks["major"])
    try:
        programs, _major = client_programs(major, same=True)
    except NoPostgres as reason:
        raise BackupProblem(str(reason)) from None
    restored = restoring.bring_back(opened, choice, folder, programs, major=major, say=say)
    say("PostgreSQL replays its log")
    with _programs(programs):
        cluster = EmbeddedPostgres(restored.cluster, log=folder / "logs" / "postgres.log", restoring=True)
        try:
            cluster.start()
        except CannotStart as reason:
            raise BackupProblem(f"PostgreSQL does not come up from this backup: {reason}") from None
    try:
        for name in databases(cluster.dsn()):
            mark.mark_database(cluster.dsn(name), role=role_of(name), until=restored.until)
        restoring.settle(restored.cluster)
        with psycopg.connect(cluster.dsn(), autocommit=True) as owner:
            owner.execute("SELECT pg_reload_conf()")
    except BaseException:
        cluster.stop()
        raise
    return cluster


def work_on(owner_url: str) -> None:
    """Let Django's connection lead to the restored database, as its owner."""
    from django.db import connection

    from conbillet.config import env

    connection.close()
    connection.settings_dict.update(env.database(owner_url))


def role_of(database: str) -> str:
    """The application's role in a database of that name."""
    from django.conf import settings

    return f"{getattr(settings, 'CONBILLET_ROLE_PREFIX', '') or database}_app"


def databases(url: str) -> list[str]:
    """The names of all databases of a cluster that hold anything of ours."""
    with psycopg.connect(url, autocommit=True) as owner:
        rows = owner.execute("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")
        return [name for (name,) in rows.fetchall()]


def open_database(
    owner_url: str, opened: Stores, *, rehearsal: bool = False, cluster: Path | None = None, say: Say = silent
) -> Any:
    """Replay what was promised since, and let the application in. Django's connection must be the owner's, to this database.

    Raises BackupProblem (LedgerOutOfReach), LedgerBroken: then it stays closed.
    """
    from django.db import connection

    from conbillet.cli.commands.audit import verify
    from conbillet.organizations.models import Organization
    from conbillet.workflows.replay import CannotOpen, replay

    since = mark.restored_until(owner_url)
    if since is None:
        raise BackupProblem("this database does not wait to be opened: it was not restored, or it is open already")
    restoring.bring_ledgers(opened)
    role = role_of(str(connection.settings_dict["NAME"]))
    _bring_up_to_date(owner_url, role, since, say)
    try:
        done = replay(since=since, now=clock.now(), rehearsal=rehearsal, say=say)
    except CannotOpen as reason:
        raise BackupProblem(str(reason)) from None
    if not rehearsal:
        names: dict[int | None, str] = dict(Organization.objects.order_by("slug").values_list("pk", "slug"))
        names[None] = "(the platform)"
        if verify(names, restored=True):
            raise BackupProblem("the audit log of the backup does not verify: a human has to look")
    mark.unmark_database(owner_url, role=role)
    if cluster is not None:
        mark.unmark_folder(cluster)
    say(
        f"open: {done.erasures} erasures, {done.withdrawals} withdrawals and {done.tickets} tickets were done again, "
        f"{done.differences} differences to Stripe are left for people"
    )
    return done


def _bring_up_to_date(owner_url: str, role: str, since: datetime, say: Say) -> None:
    """Migrate a backup that is older than this version; it stays closed."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from conbillet.core.database_roles import sync

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("migrating the backup to this version")
        call_command("migrate", interactive=False, verbosity=0)
        sync(connection, prefix=role.removesuffix("_app"))
        mark.mark_database(owner_url, role=role, until=since)


@contextmanager
def empty_place(spool: Path) -> Iterator[Path]:
    """A folder for a drill, gone afterwards."""
    spool.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="drill-", dir=spool))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _programs(folder: Path) -> Iterator[None]:
    """Let PostgreSQL be started with these programs."""
    before = os.environ.get("CONBILLET_POSTGRES_BIN")
    os.environ["CONBILLET_POSTGRES_BIN"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["CONBILLET_POSTGRES_BIN"]
        else:
            os.environ["CONBILLET_POSTGRES_BIN"] = before


@dataclass(frozen=True)
class Drilled:
    """What a rehearsal showed: how long it took, how far it reached, and how many orders came back."""

    seconds: int
    until: datetime
    orders: int


def drill(opened: Stores, *, say: Say = silent) -> Drilled:
    """Restore the newest backup into an empty place, open it there, and throw it away. Raises whatever went wrong."""
    from django.db import connection

    spool, began = opened.places.spool, clock.now()
    before = dict(connection.settings_dict)
    try:
        with empty_place(spool) as place:
            cluster = restore(opened, place / "here", None, say=say)
            try:
                url = cluster.dsn(databases(cluster.dsn())[0])
                until = mark.restored_until(url)
                assert until is not None
                work_on(url)
                open_database(url, opened, rehearsal=True, say=say)
                orders = _orders()
            finally:
                connection.close()
                cluster.stop()
    except Exception as reason:
        state.failed(spool, "drill", clock.now(), str(reason))
        raise
    finally:
        connection.settings_dict.update(before)
    found = Drilled(round((clock.now() - began).total_seconds()), until, orders)
    state.good(spool, "drill", clock.now(), seconds=found.seconds, until=until.isoformat(), orders=orders)
    return found


def _orders() -> int:
    from conbillet.sales.models import Order

    return Order.objects.count()
