"""Tests run on a real PostgreSQL, as the role `app`, and share a fixed cast (see `tests/cast.py`)."""

import gc
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.side_by_side import alone, part

CHECKOUT = Path(__file__).resolve().parent
TEST_DATA = Path(os.environ.get("CONBILLET_TEST_DATA", str(CHECKOUT / "var" / "test"))).resolve()
# The browser is kept beside the installation's data, not with the tests', before that becomes CONBILLET_DATA.
os.environ.setdefault(
    "CONBILLET_BROWSER", str(Path(os.environ.get("CONBILLET_DATA") or CHECKOUT / "var").resolve() / "browser")
)
DATA = TEST_DATA / f"data{part()}"
os.environ["CONBILLET_DATA"] = str(DATA)
os.environ["CONBILLET_SECRET_KEY"] = "a key for tests only"
os.environ.setdefault("DATABASE_URL", "postgresql://conbillet_test_app@/conbillet_test?host=/nonexistent")
os.environ.setdefault("CONBILLET_STRIPE_SECRET_KEY", "sk_test_conbillet")
os.environ.setdefault("CONBILLET_STRIPE_WEBHOOK_SECRETS", "whsec_conbillet_test")
os.environ.setdefault("CONBILLET_MAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
os.environ.setdefault("CONBILLET_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser tests' driver runs an event loop in the test's thread
# Set up here, and not by naming the settings in pyproject.toml: pytest-django would read them before the lines above.
os.environ["DJANGO_SETTINGS_MODULE"] = "conbillet.config.settings"

ROLE_PREFIX = "conbillet_test"


def _set_up_django() -> None:
    """Tests read the pages in Danish, so the catalogues are compiled first (2 ms when nothing has changed)."""
    import django
    from django.conf import settings

    from conbillet.cli.translations import compile_all

    compile_all()
    django.setup()
    if settings.CONBILLET_DATA != DATA:
        raise pytest.UsageError("The settings were read before the tests' own. Unset DJANGO_SETTINGS_MODULE.")


def _empty_quickly() -> None:
    """After a test that commits, its rows are deleted, those of the job queue too: what is left there, the next test would do.

    Django truncates every table of its models anew and makes its own rows again, which takes fifty times as long.
    """
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = lambda _test: _delete_everything()  # type: ignore[method-assign]  # replaced on purpose


def _delete_everything() -> None:
    import psycopg
    from django.conf import settings

    database = settings.DATABASES["default"]
    with psycopg.connect(host=database["HOST"], dbname=database["NAME"], user="postgres") as owner:
        tables = owner.execute(
            "SELECT string_agg(format('DELETE FROM %%I', relname), ';') FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relname = ANY(%s)",
            [["django_migrations", "django_content_type", "django_site", "auth_permission"]],
        ).fetchone()
        owner.execute("SET session_replication_role = replica")  # in any order, without looking at references
        owner.execute("SET lock_timeout = '10s'")
        owner.execute(tables[0])


_set_up_django()
_empty_quickly()

pytest_plugins = ["tests.cast", "tests.proving", "conbillet.demo.fixtures"]


def pytest_configure() -> None:
    """Hypothesis measures no time: on a busy machine that says nothing about the code."""
    from hypothesis import settings

    settings.register_profile("house", deadline=None)
    settings.load_profile("house")


def pytest_collection_finish() -> None:
    """What was imported stays to the end: not looked through again at every garbage collection (a tenth of the time)."""
    gc.collect()
    gc.freeze()


def _schema_fingerprint() -> str:
    """Changes when a migration, a model or the roles change: then the template database is built anew."""
    digest = hashlib.sha256()
    files = [
        *CHECKOUT.glob("conbillet/*/migrations/*.py"),
        *CHECKOUT.glob("conbillet/*/models.py"),
        *CHECKOUT.glob("conbillet/*/models/*.py"),
        *CHECKOUT.glob("conbillet/core/database_roles.py"),
        *CHECKOUT.glob("conbillet/core/tenancy.py"),
        *CHECKOUT.glob("conbillet/core/trimming.py"),
        *CHECKOUT.glob("requirements*.txt"),
    ]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_connection() -> None:
    """Let Django make its connection object anew, from the settings as they are now."""
    from django.db import connections

    if hasattr(connections._connections, "default"):
        del connections["default"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[object]:
    """A PostgreSQL of our own, without fsync; it stays in its folder, so the next run starts at once."""
    from conbillet.cli.embedded_postgres import EmbeddedPostgres

    server = EmbeddedPostgres(TEST_DATA / "postgres", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template_database(cluster, django_db_blocker) -> str:
    """The migrated database that every test database is a copy of."""
    with alone(TEST_DATA / "template.lock"):
        return _template(cluster, django_db_blocker)


def _template(cluster, django_db_blocker) -> str:
    import psycopg
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from conbillet.core.database_roles import sync

    name = f"conbillet_template_{_schema_fingerprint()}"
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        existing = {row[0] for row in admin.execute("SELECT datname FROM pg_database WHERE datistemplate")}
        if name in existing:
            return name
        databases = admin.execute(
            "SELECT datname, datistemplate FROM pg_database WHERE datname LIKE 'conbillet_te%'"
        ).fetchall()
        for old, is_template in databases:
            if is_template:  # one whose removal was interrupted can be dropped, but not altered
                admin.execute(f'ALTER DATABASE "{old}" IS_TEMPLATE false')
            admin.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
    database = settings.DATABASES["default"]
    as_app = dict(database)
    database.update(NAME=name, USER="postgres", HOST=str(cluster.socket_dir), PORT="")
    _forget_connection()
    connection = connections["default"]
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        sync(connection, prefix=ROLE_PREFIX)
        with connection.cursor() as cursor:
            # Only in tests: pytest-django empties the tables after a test that commits.
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE_PREFIX}_app")
        connection.close()
    database.update(as_app)
    _forget_connection()
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    return name


@pytest.fixture(scope="session")
def django_db_setup(cluster, template_database: str, django_db_blocker) -> Iterator[None]:
    """A fresh copy for this run, reached as the role `app`, which owns nothing and is no superuser."""
    import psycopg
    from django.conf import settings
    from django.db import connections

    name = f"conbillet_test_{os.getpid()}"
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
    settings.CONBILLET_ROLE_PREFIX = ROLE_PREFIX
    settings.DATABASES["default"].update(NAME=name, USER=f"{ROLE_PREFIX}_app", HOST=str(cluster.socket_dir), PORT="")
    _forget_connection()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def owner_connection(cluster, db):
    """A connection as the database's owner, to look behind the application's back. Sees committed data only."""
    import psycopg
    from django.conf import settings

    with psycopg.connect(cluster.dsn(settings.DATABASES["default"]["NAME"]), autocommit=True) as connection:
        yield connection


@pytest.fixture(autouse=True)
def ids_at_hand(request: pytest.FixtureRequest) -> None:
    """Blocks of ids (`core/rows.py`) are full when a test begins, so that counting its statements never meets a refill."""
    if "browser" in request.node.path.parts:  # these work on a house of their own
        return
    request.getfixturevalue("_django_db_helper")
    from django.apps import apps
    from django.db import connection, models

    from conbillet.core import rows

    try:
        for model in apps.get_models():
            if (
                model.__module__.startswith("conbillet.")
                and isinstance(model._meta.pk, models.BigAutoField)
                and model._meta.managed
            ):
                while len(rows._ids.get((str(connection.settings_dict["NAME"]), model), ())) < 16:
                    rows.next_id(model)
    except RuntimeError:  # a test without the database
        return
