"""The floor of a purchase on this machine: `pgbench` with the least that a sale can be, in one statement."""

import resource
import subprocess
from pathlib import Path

from conbillet.cli.postgres_binaries import find_binaries

from .cpu import Meter
from .databases import Database

_HERE = Path(__file__).parent


def make_tables(database: Database) -> None:
    psql = find_binaries().program("psql")
    subprocess.run(
        [psql, "-q", "-d", database.owner_url, "-f", str(_HERE / "floor_tables.sql")],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def purchase_ms(database: Database, postgres: int, *, mode: str, clients: int = 1, count: int = 2000) -> float:
    """CPU milliseconds of PostgreSQL and pgbench together for one minimal purchase."""
    command = [find_binaries().program("pgbench"), "-n", "-M", mode, "-c", str(clients), "-t", str(count // clients)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Meter({"postgres": postgres}) as meter:
        subprocess.run(
            [*command, "-f", str(_HERE / "floor.sql"), database.owner_url],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    client = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return meter.ms(count)["postgres"] + client * 1000 / count
