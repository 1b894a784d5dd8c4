"""The audit log cannot be changed unnoticed: rights, chain, keys, and what may stand in an entry."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from conbillet.cli.commands.audit import verify
from conbillet.core import audit
from conbillet.core.actor import SYSTEM
from conbillet.core.audit_chain import verify_chain
from conbillet.core.audit_heads import remember_heads
from conbillet.core.database_roles import sync
from conbillet.core.keys import KeyDestroyed
from conbillet.core.models import AuditEntry, AuditSeal
from tests.cast import NOW

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
    def sealed(self, world, now, tmp_path, monkeypatch):
        monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
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
            # removed whole, with its seal
            "DELETE FROM core_auditseal WHERE entry_id = {entry}; DELETE FROM core_auditentry WHERE id = {entry}",
            # inserted: an entry of somebody's own in place of the real one
            "WITH new AS (INSERT INTO core_auditentry (organization_id, at, action, actor_kind, actor_role, object_kind, object_reference)"
            " SELECT organization_id, at, 'invented', actor_kind, actor_role, object_kind, object_reference FROM core_auditentry"
            " WHERE id = {entry} RETURNING id) UPDATE core_auditseal SET entry_id = new.id FROM new WHERE entry_id = {entry}",
            # reordered: two entries change their places
            "CREATE TEMPORARY TABLE old AS SELECT * FROM core_auditseal WHERE number IN (2, 3) AND organization_id = {organization};"
            " DELETE FROM core_auditseal WHERE entry_id IN (SELECT entry_id FROM old);"
            " INSERT INTO core_auditseal (entry_id, organization_id, number, previous_hash, entry_hash)"
            " SELECT entry_id, organization_id, 5 - number, previous_hash, entry_hash FROM old; DROP TABLE old",
            # forgotten before its time
            "UPDATE core_auditentry SET payload = NULL WHERE id = {entry}",
        ],
    )
    def test_planted_the_first_changed_number_is_named(self, sealed, owner_connection, change, capsys):
        entry = AuditSeal.objects.get(organization_id=sealed, number=2).entry_id
        owner_connection.execute(change.format(entry=entry, organization=sealed))
        chain = verify_chain(sealed)
        assert (chain.first_broken, chain.sealed) == (2, 1)
        assert verify({sealed: "alea"}) == 1
        assert "alea: BROKEN at number 2" in capsys.readouterr().err


    def test_the_end_cut_off_shows_against_what_is_known_outside(self, sealed, owner_connection, capsys):
        remember_heads()
        assert verify({sealed: "alea"}) == 0
        self.cut_off(sealed, owner_connection)
        assert verify_chain(sealed).first_broken is None  # the twin: a chain by itself does not know its end
        assert verify({sealed: "alea"}) == 1 and "BROKEN at number 3" in capsys.readouterr().err
        write(NOW, 5, organization_id=sealed)
        audit.seal_entries()
        remember_heads()  # what does not continue what is known does not replace it
        assert verify({sealed: "alea"}) == 1 and "BROKEN at number 4" in capsys.readouterr().err

    def cut_off(self, organization_id, owner) -> None:
        old = "entry_id IN (SELECT entry_id FROM core_auditseal WHERE number > 2 AND organization_id = %s)"
        ids = [id for (id,) in owner.execute(f"SELECT entry_id FROM core_auditseal WHERE {old}", [organization_id])]
        owner.execute("DELETE FROM core_auditseal WHERE entry_id = ANY (%s)", [ids])
        owner.execute("DELETE FROM core_auditentry WHERE id = ANY (%s)", [ids])

    def test_a_chain_written_anew_shows_too(self, sealed, owner_connection):
        remember_heads()
        owner_connection.execute("UPDATE core_auditentry SET action = 'nicer' WHERE organization_id = %s", [sealed])
        owner_connection.execute("DELETE FROM core_auditseal WHERE organization_id = %s", [sealed])
        write(NOW, 3, organization_id=sealed)
        audit.seal_entries()
        remember_heads()
        assert verify_chain(sealed).first_broken is None
        assert verify({sealed: "alea"}) == 1

    def test_after_a_restore_somebody_says_so_once(self, sealed, owner_connection):
        remember_heads()
        self.cut_off(sealed, owner_connection)
        assert verify({sealed: "alea"}) == 1
        assert verify({sealed: "alea"}, restored=True) == 0
        assert verify({sealed: "alea"}) == 0


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
