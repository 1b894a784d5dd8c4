"""The doctor's checks of the database: reachable, of a version that we know, with the right roles, up to date."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.utils import OperationalError

from conbillet.cli.doctor import Finding, fine, note, wrong
from conbillet.cli.postgres_binaries import NEWEST, OLDEST

WORKER_SILENT = timedelta(minutes=2)
CLOCKS_APART = timedelta(seconds=30)  # webhooks are accepted for five minutes; tokens and holds end by the clock


def _row(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def reachable() -> Iterator[Finding]:
    """The first one; the others are asked only when this one finds nothing wrong."""
    try:
        (version, encoding, now) = _row(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), clock_timestamp()"
        )
    except OperationalError as reason:
        first_line = str(reason).strip().splitlines()[0]
        advice = "start it, or mend DATABASE_URL (postgresql://user@host/name)"
        if "does not exist" in first_line:
            advice = "run `bin/conbillet migrate`; it creates the roles, in a database that is there"
        yield wrong(f"the database cannot be reached: {first_line}", advice)
        return
    major = version // 10000
    if OLDEST <= major <= NEWEST:
        yield fine(f"PostgreSQL {major}")
    else:
        yield wrong(f"PostgreSQL {major} is not one of {OLDEST} to {NEWEST}", "move the data to one of these versions")
    if encoding != "UTF8":
        yield wrong(f"the database's encoding is {encoding}", "create it with ENCODING 'UTF8'")
    apart = abs(now - datetime.now(UTC))
    if apart > CLOCKS_APART:
        yield wrong(f"our clock and the database's are {apart.seconds} s apart", "let both follow a time server (NTP)")


def roles() -> Iterator[Finding]:
    from conbillet.core.tenancy import role_prefix

    user, superuser, bypass = _row("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    office = f"{role_prefix()}_office"
    (owned,) = _row("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    advice = (
        f"run `bin/conbillet migrate` with DATABASE_OWNER_URL, and set DATABASE_URL to the role {role_prefix()}_app"
    )
    if superuser or bypass or owned:
        why = "is a superuser" if superuser else "bypasses row-level security" if bypass else "owns the tables"
        yield wrong(f"the application connects as {user}, which {why}", advice)
    if _row("SELECT 1 FROM pg_roles WHERE rolname = %s", office) is None:
        yield wrong(f"the role {office} is missing", advice)
    elif not _row("SELECT pg_has_role(current_user, %s, 'MEMBER')", office)[0]:
        yield wrong(f"{user} may not act as {office}", advice)
    elif not (superuser or bypass or owned):
        yield fine(f"the application is {user}, and acts as {office} for an association")


def migrations() -> Iterator[Finding]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        names = ", ".join(f"{migration.app_label} {migration.name}" for migration, _ in pending[:5])
        yield wrong(f"{len(pending)} migrations are not applied ({names})", "run `bin/conbillet migrate`")
    else:
        yield fine("all migrations are applied")


def durability() -> Iterator[Finding]:
    """An acknowledged order must survive a power cut."""
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        (value,) = _row("SELECT current_setting(%s)", name)
        if value == "off":
            yield wrong(
                f"PostgreSQL runs with {name} = off", f"set {name} = on: an acknowledged order must not be lost"
            )


def log() -> Iterator[Finding]:
    """The server's log must not carry what visitors type."""
    wanted = {"log_statement": "none", "log_error_verbosity": "terse", "log_min_duration_statement": "-1"}
    differing = [
        f"{name} = {value}" for name, value in wanted.items() if _row("SELECT current_setting(%s)", name)[0] != value
    ]
    if differing:
        yield note(
            "PostgreSQL's log may carry personal data",
            f"set {', '.join(differing)} (and log_min_messages = log) in postgresql.conf",
        )
    else:
        yield fine("PostgreSQL's log carries no values")


def jobs() -> Iterator[Finding]:
    (last,) = _row("SELECT max(last_heartbeat) FROM procrastinate_workers")
    if last is None or datetime.now(UTC) - last > WORKER_SILENT:
        yield note(
            "no job worker is running", "start `bin/conbillet worker`, or the demo: payments and mail wait for it"
        )
    else:
        yield fine("a job worker is running")
    (failed,) = _row("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if failed:
        yield note(
            f"{failed} jobs failed for good", "`bin/conbillet manage procrastinate shell`, then list_jobs status=failed"
        )
