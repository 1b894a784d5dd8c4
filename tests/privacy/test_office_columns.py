"""Below the code: the columns that the role *office* may read are those that the data map lets associations have."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from conbillet.core.data_map import data_map
from conbillet.core.tenancy import acting_for, role_prefix
from conbillet.mail.models import OutgoingMail
from conbillet.sales.models import Cart
from tests import office_columns as rules

pytestmark = pytest.mark.django_db


@pytest.mark.asvs("8.1.2")
@pytest.mark.proves("disclose.organization")
def test_the_office_reads_no_column_that_the_map_does_not_give_it():
    with connection.cursor() as cursor:
        assert rules.not_to_be_read(cursor, role_prefix(), data_map.load()) == []


def test_nothing_of_accounts_sessions_cases_or_limits():
    closed = ("accounts_", "account_", "mfa_", "usersessions_", "django_session", "support_case", "support_inbox", "support_received", "consents_acceptance",
              "consents_marketing", "privacy_limit", "privacy_erasureline", "privacy_authority", "procrastinate_")  # fmt: skip
    with connection.cursor() as cursor:
        tables = {table for table, _column in rules.readable(cursor, role_prefix())}
    assert "privacy_erasure" not in tables  # the notice to the association is another table
    assert len(tables) > 20 and not [table for table in tables if table.startswith(closed)]


def test_every_exception_is_one_still():
    """A reason for a column that is not there any more, or that the map allows by now, is taken away."""
    with connection.cursor() as cursor:
        readable = {f"{table}.{column}" for table, column in rules.readable(cursor, role_prefix())}
    assert set(rules.READ_ALL_THE_SAME) <= readable


@pytest.mark.parametrize(
    ("model", "field"),
    [(OutgoingMail, "text"), (OutgoingMail, "subject"), (OutgoingMail, "person"), (Cart, "person"), (Cart, "language")],
)
def test_what_is_hidden_cannot_be_read(world, model, field):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        acting_for(world.organization.pk),
    ):
        list(model.objects.values_list(field))


def test_hidden_fields_are_no_typing_errors():
    hidden = {model: model.office_hidden for model in apps.get_models() if getattr(model, "office_hidden", ())}
    assert hidden and all(model._meta.get_field(name) for model, names in hidden.items() for name in names)


class TestPlanted:
    """One right too many, each of a kind, is noticed."""

    @pytest.fixture
    def scratch(self, owner_connection):
        yield owner_connection
        owner_connection.execute(f"REVOKE SELECT ON accounts_person FROM {role_prefix()}_office")
        owner_connection.execute(f"REVOKE SELECT (phone) ON accounts_person FROM {role_prefix()}_office")
        owner_connection.execute(f"REVOKE SELECT (text) ON mail_outgoingmail FROM {role_prefix()}_office")
        owner_connection.execute("DROP TABLE IF EXISTS planted")

    def found(self, scratch) -> list[str]:
        return rules.not_to_be_read(scratch, role_prefix(), data_map.load())

    def test_a_table(self, scratch):
        scratch.execute(f"GRANT SELECT ON accounts_person TO {role_prefix()}_office")
        assert "accounts_person.phone" in self.found(scratch) and "accounts_person.name" in self.found(scratch)

    def test_a_column(self, scratch):
        scratch.execute(f"GRANT SELECT (phone) ON accounts_person TO {role_prefix()}_office")
        assert self.found(scratch) == ["accounts_person.phone"]

    def test_a_hidden_column(self, scratch):
        scratch.execute(f"GRANT SELECT (text) ON mail_outgoingmail TO {role_prefix()}_office")
        assert self.found(scratch) == ["mail_outgoingmail.text"]

    def test_a_table_that_the_map_does_not_know(self, scratch):
        scratch.execute("CREATE TABLE planted (phone text)")
        scratch.execute(f"GRANT SELECT ON planted TO {role_prefix()}_office")
        assert self.found(scratch) == ["planted.phone"]

    def test_the_right_of_everybody(self, scratch):
        scratch.execute("CREATE TABLE planted (phone text)")
        scratch.execute("GRANT SELECT ON planted TO PUBLIC")
        assert self.found(scratch) == ["planted.phone"]

    def test_a_personal_column_that_goes_to_somebody_else(self, scratch, monkeypatch):
        from dataclasses import replace

        columns = data_map.load().tables["sales_participant"].columns
        monkeypatch.setitem(columns, "email", replace(columns["email"], recipients=frozenset()))
        assert self.found(scratch) == ["sales_participant.email"]
