"""Everything between an empty database and a house that can open: done in one process, and only when something changed.

Translations, migrations, roles and rights, static files, demo data. When all is done, the fingerprint of the code is
written as the database's comment: it goes where the database goes, and a database that was replaced has none.
"""

import hashlib
import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from conbillet.backups.mark import NotOpen, restored_until
from conbillet.cli.environment import CHECKOUT, data_folder, django_ready
from conbillet.cli.progress import say

MARK = "ConBillet prepared "


def fingerprint() -> str:
    """Changes with any file that preparation reads (names, sizes and times; contents would take longer)."""
    digest = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes())
    for path in sorted([*(CHECKOUT / "conbillet").rglob("*.*"), *(CHECKOUT / "policy").rglob("*.*")]):
        if path.suffix not in {".pyc", ".mo"} and "tests" not in path.parts:
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def is_prepared(owner_url: str, static_root: Path, *, demo: bool) -> bool:
    """Whether this code has prepared this database, its static files and its translations."""
    if not (static_root / "staticfiles.json").exists() or not _translations_compiled():
        return False
    try:
        with psycopg.connect(owner_url, connect_timeout=10) as connection:
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.Error:
        return False
    return row is not None and row[0] == _mark(demo)


def prepare(*, demo: bool) -> None:
    """Bring database and files in line with the code. Connects as the owner (`DATABASE_OWNER_URL`)."""
    mark = _mark(demo)  # before the work: a file saved meanwhile means once more next time
    compile_translations = _optional("conbillet.cli.translations", "compile_all")
    if compile_translations is not None:
        compile_translations()
        say("translations are compiled")
    with django_ready(as_owner=True) as database:
        from django.core.management import call_command
        from django.db import connection

        from conbillet.config import env
        from conbillet.consents.actions.publish_versions import publish_versions
        from conbillet.consents.queries import texts
        from conbillet.core import clock
        from conbillet.core.database_roles import sync

        say("Django is loaded")
        if restored_until(database.owner_url) is not None:  # rights set anew would let the application in
            raise NotOpen
        call_command("migrate", interactive=False, verbosity=0)
        say("migrations are applied")
        sync(connection, prefix=database.name, app_password=database.app_password)
        say("roles and rights are set")
        publish_versions(texts=texts(), now=clock.now())
        call_command("collectstatic", interactive=False, verbosity=0)
        say("static files are collected")
        if demo:
            # From here on as the application's role: demo data comes about as everything else does.
            connection.close()
            connection.settings_dict.update(env.database(database.app_url))
            seed = _optional("conbillet.demo.seed", "ensure_demo_data")
            if seed is not None:
                seed(say=say)
                say("demo data is there")
            _write_login_help(data_folder())
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
            owner.execute(comment.format(sql.Identifier(database.name), sql.Literal(mark)))


def login_help(data: Path) -> list[str]:
    """How to log in as each of the demo's people, as the demo data left it."""
    path = data / "login_help.txt"
    return path.read_text().splitlines() if path.exists() else []


def _write_login_help(data: Path) -> None:
    if importlib.util.find_spec("conbillet.demo.seed") is not None:
        lines = importlib.import_module("conbillet.demo.seed").LOGIN_HELP
        (data / "login_help.txt").write_text("\n".join(lines) + "\n")


def _mark(demo: bool) -> str:
    return f"{MARK}{fingerprint()}{' with demo data' if demo else ''}"


def _translations_compiled() -> bool:
    return all(source.with_suffix(".mo").exists() for source in (CHECKOUT / "conbillet").rglob("*.po"))


def _optional(module: str, name: str) -> Callable[..., Any] | None:
    try:
        if importlib.util.find_spec(module) is None:
            return None
    except ModuleNotFoundError:
        return None
    found: Callable[..., Any] | None = getattr(importlib.import_module(module), name, None)
    return found
