"""One bucket and one cluster for all tests of backups: a cluster that keeps a log, unlike that of the other tests."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction

from conbillet.backups.places import Places
from conbillet.backups.programs import Server
from conbillet.backups.stores import Stores, stores
from conbillet.cli.backups import base_now, keys_now, push_now
from conbillet.cli.embedded_postgres import EmbeddedPostgres
from conbillet.cli.postgres_binaries import client_programs
from conbillet.cli.system_packages import FOR_BACKUPS, obtain
from conbillet.config import env
from conbillet.consents.actions.give_consent import give_consent
from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.core import clock, rows
from conbillet.core.actor import SYSTEM
from conbillet.core.files import make_private_folder
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.tickets.actions.void_ticket import void_ticket
from conbillet.workflows.erasure import erase_myself
from conbillet.workflows.replay import record
from tests.backups.bucket_server import BucketServer, bucket_server
from tests.cast import NOW, make_person, make_world
from tests.purchases import ADA, BO, order_of, pay_for
from tests.side_by_side import CHECKOUT

ROLE = "conbillet_test"
DATABASE = "conbillet"


@pytest.fixture(scope="session")
def bucket(tmp_path_factory) -> Iterator[BucketServer]:
    kept = Path(os.environ.get("CONBILLET_TEST_DATA", str(CHECKOUT / "var" / "test"))).resolve() / "bucket"
    with bucket_server(kept, tmp_path_factory.mktemp("bucket")) as server:
        yield server


@dataclass(frozen=True)
class House:
    """A cluster with the tests' schema in it, and places for its backups."""

    cluster: EmbeddedPostgres
    places: Places

    @property
    def owner_url(self) -> str:
        return self.cluster.dsn(DATABASE)

    @property
    def app_url(self) -> str:
        return self.cluster.dsn(DATABASE, f"{ROLE}_app")

    @property
    def server(self) -> Server:
        folder, major = client_programs(18)
        return Server(self.owner_url, folder, major)


@pytest.fixture(scope="session")
def house(cluster, template_database, bucket, tmp_path_factory) -> Iterator[House]:
    """Filled by pg_dump from the template of all tests, so that nothing is migrated twice."""
    obtain(*FOR_BACKUPS)
    root = tmp_path_factory.mktemp("house")
    own = EmbeddedPostgres(root / "data" / "postgres")
    own.start()
    try:
        with psycopg.connect(own.dsn(), autocommit=True) as owner:
            owner.execute("ALTER SYSTEM SET fsync = off")  # as in all tests
            owner.execute("SELECT pg_reload_conf()")
            for role, login in ((f"{ROLE}_app", "LOGIN NOINHERIT"), (f"{ROLE}_office", "NOLOGIN")):
                owner.execute(f"CREATE ROLE {role} {login}")
            owner.execute(f"GRANT {ROLE}_office TO {ROLE}_app WITH SET TRUE, INHERIT FALSE")
        own.ensure_database(DATABASE)
        programs, _major = client_programs(18)
        plain = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        dump = [programs / "pg_dump", "-Fc", "-d", cluster.dsn(template_database), "-f", root / "template.dump"]
        subprocess.run(dump, env=plain, check=True)
        restore = [programs / "pg_restore", "-d", own.dsn(DATABASE), "--no-owner", root / "template.dump"]
        subprocess.run(restore, env=plain, check=True)
        data = root / "data"
        for folder in ("media", "keys"):
            make_private_folder(data / folder)
        places = Places(
            repository=f"s3:https://{bucket.address}/backups/house", keys_repository=str(root / "second disk" / "keys"),
            data=data, media=data / "media", keys=data / "keys", spool=data / "backups",
            access_key="test", secret_key="test", ca_file=str(bucket.ca_file), age_recipient="",
        )  # fmt: skip
        yield House(own, places)
    finally:
        own.stop()


class working_on:  # noqa: N801  # reads as a phrase
    """Let Django have a connection to elsewhere for the time of a block; a test's own one waits, in its transaction."""

    def __init__(self, url: str, blocker) -> None:
        self.url, self.blocker = url, blocker

    def __enter__(self) -> None:
        self.before = connections["default"]
        mine = connections.create_connection("default")
        mine.settings_dict = {**self.before.settings_dict, **env.database(self.url)}
        connections["default"] = mine
        self.unblocked = self.blocker.unblock()
        self.unblocked.__enter__()

    def __exit__(self, *problem) -> None:
        connections["default"].close()
        self.unblocked.__exit__(*problem)
        connections["default"] = self.before


@dataclass
class Story:
    """What happened in the house: two buyers, a base backup, a moment; then one is erased, one withdraws, a ticket is refunded."""

    house: House
    opened: Stores
    moment: datetime
    erased: UUID
    secret: str  # the name of the erased, which stands nowhere else
    voided: str  # the reference of the ticket
    reader: str  # the address that takes its yes back
    later: datetime  # after the last push but one


def at_home(house: House, patch: pytest.MonkeyPatch) -> None:
    """Let the settings name the house's own folders."""
    patch.setattr(settings, "CONBILLET_KEYS", house.places.keys)
    patch.setattr(settings, "CONBILLET_DATA", house.places.data)
    patch.setattr(settings, "MEDIA_ROOT", house.places.media)


@pytest.fixture(scope="session")
def told(house, django_db_setup, django_db_blocker) -> Story:
    """The story happens once; afterwards Django is back where all other tests work."""
    with pytest.MonkeyPatch.context() as patch, working_on(house.app_url, django_db_blocker):
        at_home(house, patch)
        return _tell(house)


@pytest.fixture
def story(told, monkeypatch) -> Story:
    at_home(told.house, monkeypatch)
    return told


def _tell(house: House) -> Story:
    secret, reader = f"Kanarie {token_hex(6)}", "laeser@example.com"
    with rows.gathered():
        world = make_world()
    person = make_person(secret, f"kanarie-{token_hex(4)}@example.com")
    bird = replace(ADA, name=secret, email=person.account.email)
    pay_for(order_of(world, NOW, Wish(world.adult.pk, 1), people=(bird,)), NOW)
    attach_orders(person_id=person.pk, email=bird.email, now=NOW)
    order = pay_for(order_of(world, NOW, Wish(world.adult.pk, 1), people=(BO,)), NOW)
    consent = {"organization_id": None, "purpose": "newsletter", "person_id": None, "language": "da"}
    account = make_person("Læser", reader).account
    give_consent(account=account, organization_id=None, purpose="newsletter", gpc=False, language="da", now=NOW)
    (house.places.media / "poster.txt").write_text("a poster")
    opened = stores(house.places, create=True)
    base_now(opened, house.server)
    moment = clock.now()
    erase_myself(person=person, void_tickets=False, now=clock.now())
    withdraw_consent(email=reader, method="mail_link", now=clock.now(), **consent)
    lines = list(order.lines.all())
    with transaction.atomic():
        (ticket,) = void_ticket(lines=lines, reason="refunded", actor=SYSTEM, now=clock.now())
    record(now=clock.now())
    keys_now(opened)
    later = push_now(opened, house.server)
    return Story(house, opened, moment, person.pk, secret, ticket.reference, reader, later)
