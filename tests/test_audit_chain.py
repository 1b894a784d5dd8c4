"""The audit log cannot be changed unnoticed: rights, chain, keys, and what may stand in an entry."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connections

from conbillet.cli.commands.audit import verify
from conbillet.core import audit
from conbillet.core.actor import SYSTEM
from conbillet.core.audit_chain import verify_chain
from conbillet.core.database_roles import sync
from conbillet.core.keys import KeyDestroyed
from conbillet.core.models import AuditEntry, AuditSeal

pytestmark = pytest.mark.django_db


def write(now, count: int = 1, **rest) -> None:
    for number in range(count):
        audit.record(
            **{
                "action": "tried", "actor": SYSTEM, "now": now, "organization_id": None, "object_kind": "thing",
                "object_reference": str(number), **rest,
            }
        )  # fmt: skip


class TestChain:
    def test_what_was_written_verifies(self, now):
        write(now, 3, amount=5)
        before = verify_chain(None)
        assert (before.waiting, before.first_broken) == (3 + before.waiting - 3, None)
        audit.seal_entries()
        after = verify_chain(None)
        assert (after.sealed, after.waiting, after.first_broken) == (before.sealed + before.waiting, 0, None)
        assert after.head != before.head

    def test_each_association_has_its_own(self, world, now):
        write(now, 2, organization_id=world.organization.pk)
        write(now, 1, organization_id=world.other.pk)
        audit.seal_entries()
        assert verify_chain(world.organization.pk).sealed == 2 and verify_chain(world.other.pk).sealed == 1

    def test_a_destroyed_key_leaves_it_valid(self, now):
        subject = uuid4()
        write(now, 1, subject=subject, name="Canary Karla")
        audit.seal_entries()
        entry = AuditEntry.objects.get(subject_id=subject)
        assert audit.details_of(entry) == {"name": "Canary Karla"}
        assert b"Karla" not in bytes(entry.payload)
        audit._keys().destroy(subject)
        with pytest.raises(KeyDestroyed):
            audit.details_of(entry)
        assert verify_chain(None).first_broken is None

    def test_the_command(self, world, now, capsys):
        write(now, 2, organization_id=world.organization.pk)
        audit.seal_entries()
        assert verify({world.organization.pk: "alea", None: "(the platform)"}) == 0
        assert "alea: 2 entries verify, 0 not sealed yet, head " in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
class TestChanged:
    """Somebody with the owner's rights changes a row behind our back: the chain says where."""

    @pytest.fixture
    def sealed(self, world, now):
        write(now, 4, organization_id=world.organization.pk, amount=5)
        audit.seal_entries()
        return world.organization.pk

    def test_untouched(self, sealed):
        assert verify_chain(sealed).first_broken is None

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE core_auditentry SET action = 'other' WHERE id = {entry}",
            "UPDATE core_auditentry SET at = at + interval '1 second' WHERE id = {entry}",
            "UPDATE core_auditentry SET actor_id = gen_random_uuid() WHERE id = {entry}",
            "UPDATE core_auditentry SET payload = 'x' WHERE id = {entry}",
            "UPDATE core_auditentry SET subject_id = gen_random_uuid() WHERE id = {entry}",
            "UPDATE core_auditentry SET organization_id = NULL WHERE id = {entry}",
            "UPDATE core_auditseal SET entry_hash = 'x' WHERE entry_id = {entry}",
            "DELETE FROM core_auditseal WHERE entry_id = {entry}",
            "UPDATE core_auditseal SET number = number + 10 WHERE entry_id = {entry}",
        ],
    )
    def test_planted_the_first_changed_number_is_named(self, sealed, owner_connection, change, capsys):
        entry = AuditSeal.objects.get(organization_id=sealed, number=2).entry_id
        owner_connection.execute(change.format(entry=entry))
        chain = verify_chain(sealed)
        assert (chain.first_broken, chain.sealed) == (2, 1)
        assert verify({sealed: "alea"}) == 1
        assert "alea: BROKEN at number 2" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_the_application_may_not_change_or_empty_what_is_append_only(django_db_setup, cluster):
    """Asked of roles made for this, since the tests' own may empty tables. Nothing of it is kept."""
    owner = connections["default"].copy()
    owner.settings_dict.update(USER="postgres")
    tables = [model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)]
    assert {"core_auditentry", "core_auditseal", "privacy_disclosure"} <= set(tables)
    try:
        with transaction_of(owner), owner.cursor() as cursor:
            sync(owner, prefix="conbillet_probe")
            assert forbidden(cursor, tables) == []
            cursor.execute("GRANT TRUNCATE ON core_auditentry TO conbillet_probe_app")
            assert forbidden(cursor, tables) == ["core_auditentry TRUNCATE by app"]
    finally:
        owner.close()


class transaction_of:
    """A transaction that is always taken back, on a connection that is not one of Django's named ones."""

    def __init__(self, connection) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.ensure_connection()
        self.connection.set_autocommit(False)

    def __exit__(self, *error) -> None:
        self.connection.rollback()
        self.connection.set_autocommit(True)


def forbidden(cursor, tables: list[str]) -> list[str]:
    found = []
    for table in tables:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            for role in ("app", "office"):
                cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [f"conbillet_probe_{role}", table, right])
                if cursor.fetchone()[0]:
                    found.append(f"{table} {right} by {role}")
    return found
