"""Databases with few and with many sold tickets, people and accounts, built once and kept in `var/bench`."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from .worker import TRIGGER

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("CONBILLET_BENCH_DATA", str(CHECKOUT / "var" / "bench"))).resolve()
_COMMENT = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
# "people" is for the files of those who come: some 20,000 of them; "accounts" has 200,000 accounts (`accounts.py`), too.
SIZES = {"small": 1_000, "large": 200_000, "people": 39_000, "accounts": 39_000}


@dataclass(frozen=True)
class Database:
    label: str
    name: str
    owner_url: str
    app_url: str


def urls(cluster: EmbeddedPostgres, label: str) -> Database:
    name = f"bench_{label}"
    return Database(label, name, cluster.dsn(name), cluster.dsn(name, f"{name}_app"))


def environment(database: Database, **more: str) -> dict[str, str]:
    """What a process needs to work on that database."""
    return {
        **os.environ,
        "CONBILLET_DATA": str(DATA / "data"),
        "CONBILLET_SECRET_KEY": "bench",
        "DATABASE_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
        "PYTHONPATH": str(CHECKOUT),
        **more,
    }


@contextmanager
def keys_of_its_own() -> Iterator[dict[str, str]]:
    """Part of an environment: a folder of keys for one run. An erasure destroys keys for good, whatever is rolled back."""
    with TemporaryDirectory(prefix="conbillet-bench-keys-") as folder:
        yield {"CONBILLET_KEYS": folder}


def ensure(cluster: EmbeddedPostgres, label: str) -> Database:
    """The database, filled until it has sold about as many tickets as `SIZES` says; anew when the tables have changed."""
    database, mark = urls(cluster, label), f"filled {_fingerprint()}"
    cluster.ensure_database(database.name)
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        done = owner.execute(_COMMENT).fetchone()
        if done and done[0] == mark:
            owner.execute(TRIGGER)
            return database
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as owner:
        owner.execute(f'DROP DATABASE "{database.name}" WITH (FORCE)')
    cluster.ensure_database(database.name)
    subprocess.run(
        [sys.executable, "-m", "bench.fill", database.name, str(SIZES[label])],
        env=environment(database),
        cwd=CHECKOUT,
        check=True,
    )
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(TRIGGER)
        owner.execute("VACUUM ANALYZE")
        owner.execute(f"COMMENT ON DATABASE \"{database.name}\" IS '{mark}'")
    return database


def _fingerprint() -> str:
    """Changes when a table, a right or what is filled in changes."""
    digest = hashlib.sha256()
    core = CHECKOUT / "conbillet" / "core"
    files = [*CHECKOUT.glob("conbillet/*/migrations/*.py"), core / "database_roles.py", core / "trimming.py"]
    here = Path(__file__).parent
    for path in sorted([*files, here / "fill.py", here / "accounts.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
