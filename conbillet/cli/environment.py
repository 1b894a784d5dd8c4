"""Where a command finds its house: the settings environment, resolved the same way for every command.

1. `DATABASE_URL` in the environment: production, or a demo on a database of one's own.
2. else the running demo of this data folder (`CONBILLET_DATA`), found through its `run.json`.
3. else the data folder's own PostgreSQL, started for this command and stopped after it.
"""

import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from conbillet.cli.embedded_postgres import SUPERUSER, EmbeddedPostgres
from conbillet.cli.processes import start_time
from conbillet.core.files import create_private, make_private_folder

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DATABASE = "conbillet"
DEMO_STRIPE_KEY = "sk_test_demo"
DEMO_WEBHOOK_SECRET = "whsec_demo"  # noqa: S105  # known to everybody: it opens only the fake


class WrongEnvironment(Exception):
    """A setting that the command line itself needs is missing or wrong; the message says what to do."""


@dataclass(frozen=True)
class Ports:
    """The ports of one installation; all follow from the web's."""

    web: int

    @property
    def live(self) -> int:
        return self.web + 1

    @property
    def fake_stripe(self) -> int:
        return self.web + 2

    @property
    def mail_catcher(self) -> int:
        return self.web + 3

    @property
    def smtp(self) -> int:
        return self.web + 4


def data_folder() -> Path:
    return Path(os.environ.get("CONBILLET_DATA") or CHECKOUT / "var").resolve()


def keys_folder() -> Path:
    return Path(os.environ.get("CONBILLET_KEYS") or data_folder() / "keys").resolve()


def ports() -> Ports:
    text = os.environ.get("CONBILLET_PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65531:
        raise WrongEnvironment(f"CONBILLET_PORT must be a port from 1 to 65531, not {text!r}.")
    return Ports(int(text))


def secret_key() -> str:
    """Django's key for signatures: from the environment, else from a file that is made once (mode 0600)."""
    if os.environ.get("CONBILLET_SECRET_KEY"):
        return os.environ["CONBILLET_SECRET_KEY"]
    path = keys_folder() / "secret_key"
    if not path.exists():
        make_private_folder(path.parent)
        create_private(path, secrets.token_urlsafe(50).encode())
    return path.read_text().strip()


def cluster(data: Path) -> EmbeddedPostgres:
    """The data folder's own PostgreSQL, not started."""
    return EmbeddedPostgres(data / "postgres", log=data / "logs" / "postgres.log")


def database_urls(data: Path) -> dict[str, str]:
    """The application's and the owner's address: as given, else in the data folder's own PostgreSQL."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return {"DATABASE_URL": given, "DATABASE_OWNER_URL": os.environ.get("DATABASE_OWNER_URL") or given}
    own = cluster(data)
    return {"DATABASE_URL": own.dsn(DATABASE, f"{DATABASE}_app"), "DATABASE_OWNER_URL": own.dsn(DATABASE, SUPERUSER)}


def demo_environment(data: Path, at: Ports) -> dict[str, str]:
    """What the programs of a demo read; a value that is set already wins where somebody may want to change it."""
    base = os.environ.get("CONBILLET_BASE_URL") or f"http://localhost:{at.web}"
    return {
        "CONBILLET_DEMO": "1",
        "CONBILLET_DATA": str(data),
        "CONBILLET_KEYS": str(keys_folder()),
        "CONBILLET_PORT": str(at.web),
        "CONBILLET_BASE_URL": base,
        "CONBILLET_LIVE_URL": os.environ.get("CONBILLET_LIVE_URL") or f"http://localhost:{at.live}",
        "CONBILLET_STRIPE_API_BASE": f"http://localhost:{at.fake_stripe}",
        "CONBILLET_STRIPE_CHECKOUT_ORIGIN": f"http://localhost:{at.fake_stripe}",
        "CONBILLET_STRIPE_CONNECT_ORIGIN": f"http://localhost:{at.fake_stripe}",
        "CONBILLET_STRIPE_SECRET_KEY": DEMO_STRIPE_KEY,
        "CONBILLET_STRIPE_WEBHOOK_SECRETS": DEMO_WEBHOOK_SECRET,
        "CONBILLET_SMTP_HOST": "localhost",
        "CONBILLET_SMTP_PORT": str(at.smtp),
        "CONBILLET_MAIL_CATCHER_URL": f"http://localhost:{at.mail_catcher}",
        "CONBILLET_SECRET_KEY": secret_key(),
        "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
        "PYTHONPATH": str(CHECKOUT),
        **database_urls(data),
    }


def run_file(data: Path) -> Path:
    return data / "run.json"


def running_demo(data: Path) -> dict[str, Any] | None:
    """What `run.json` says, if the supervisor that wrote it still runs. Its number alone could be another's by now."""
    try:
        found: dict[str, Any] = json.loads(run_file(data).read_text())
        supervisor = found["supervisor"]
        return found if start_time(supervisor["pid"]) == supervisor["start_time"] else None
    except (OSError, ValueError, KeyError):
        return None


def write_run_file(data: Path, at: Ports, found: Mapping[str, str], pids: Mapping[str, int | None]) -> None:
    """Replace it in one step; it names addresses that open the database, so nobody else may read it."""
    names = demo_environment(data, at).keys() - {"CONBILLET_SECRET_KEY"}  # that one stays in its own file
    content = {
        "web": found["CONBILLET_BASE_URL"],
        "live": found["CONBILLET_LIVE_URL"],
        "fake_stripe": found["CONBILLET_STRIPE_API_BASE"],
        "mail_catcher": found["CONBILLET_MAIL_CATCHER_URL"],
        "smtp": f"localhost:{at.smtp}",
        "database_url": found["DATABASE_URL"],
        "database_owner_url": found["DATABASE_OWNER_URL"],
        "supervisor": {"pid": os.getpid(), "start_time": start_time(os.getpid())},
        "pids": dict(pids),
        "environment": {name: found[name] for name in sorted(names)},
    }
    path = run_file(data)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
    new.replace(path)


@dataclass(frozen=True)
class Database:
    """The same database twice: as the application's role, and as the owner of its tables."""

    app_url: str
    owner_url: str

    @property
    def name(self) -> str:
        return unquote(urlsplit(self.owner_url).path.lstrip("/"))

    @property
    def app_password(self) -> str:
        """The password to give to the application's role; empty when there is none to give."""
        return "" if self.app_url == self.owner_url else unquote(urlsplit(self.app_url).password or "")


@contextmanager
def prepared(*, as_owner: bool = False) -> Iterator[Database]:
    """Set this process's environment for Django, and have a database running meanwhile.

    `as_owner` connects as the database's owner (migrations, grants); everything else runs as the application's role.
    """
    data = data_folder()
    own: EmbeddedPostgres | None = None
    if os.environ.get("DATABASE_URL"):
        found = {
            "CONBILLET_DATA": str(data),
            "CONBILLET_SECRET_KEY": secret_key(),
            "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
            **database_urls(data),
        }
    elif (demo := running_demo(data)) is not None:
        found = dict(demo["environment"])
        found["CONBILLET_SECRET_KEY"] = secret_key()
    else:
        found = demo_environment(data, ports())
        own = cluster(data)
        own.start()
        own.ensure_database(DATABASE)
    database = Database(found["DATABASE_URL"], found["DATABASE_OWNER_URL"])
    if as_owner:
        found["DATABASE_URL"] = database.owner_url
    os.environ.update(found)
    try:
        yield database
    finally:
        if own is not None:
            own.stop()


@contextmanager
def settings_ready() -> Iterator[None]:
    """Django set up, but no database: for what must work when there is none (a restore)."""
    data = data_folder()
    demo = None if os.environ.get("DATABASE_URL") else running_demo(data)
    if os.environ.get("DATABASE_URL"):
        found = {"DJANGO_SETTINGS_MODULE": "conbillet.config.settings"}
    else:
        found = dict(demo["environment"]) if demo is not None else demo_environment(data, ports())
    os.environ.update(found | {"CONBILLET_DATA": str(data), "CONBILLET_SECRET_KEY": secret_key()})
    import django

    django.setup()
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()


@contextmanager
def django_ready(*, as_owner: bool = False) -> Iterator[Database]:
    """`prepared`, and Django set up."""
    with prepared(as_owner=as_owner) as database:
        import django

        django.setup()
        try:
            yield database
        finally:
            from django.db import connections

            connections.close_all()
