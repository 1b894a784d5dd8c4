"""No person is in the counts: not in the process, not in the database, and no column could hold one."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.test.utils import isolate_apps

from conbillet.consents.proofs import CLAUSES
from conbillet.core import checks
from conbillet.core.data_map import COUNT_OF_USE, Column, DataMap, Table, data_map
from conbillet.core.map_rules import counts_are_of_nobody
from conbillet.core.tenancy import TenantForeignKey
from conbillet.usage.models import ShopCount, SiteCount

from .conftest import BROWSER, counted

CANARY = {
    "user-agent": "Mozilla/5.0 (Kanariefugl 77.0) Gecko/20100101",
    "accept-language": "da;q=0.7, x-kanariesprog",
    "referer": "https://example.org/?q=kanarie-referat",
    "cookie": "consent=kanariekage; login=kanarielogin",
    "x-forwarded-for": "203.0.113.77",
}
LEFT_NOWHERE = ("kanari", "203.0.113", "198.51.100", "mozilla", "example.org", "ada lund", "ada@")


def everything(tally) -> str:
    """All that the counter holds and has written, column by column."""
    with connection.cursor() as cursor:
        found = [repr(dict(tally._counts))]
        for table in (ShopCount._meta.db_table, SiteCount._meta.db_table):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            found += [row for (row,) in cursor.fetchall()]
    return " ".join(found).lower()


@pytest.mark.proves("use.improve")
def test_nothing_of_a_visitor_is_in_the_counts(visitor, world, tally):
    client = Client(headers={**BROWSER, **CANARY}, REMOTE_ADDR="198.51.100.77")
    for path in ("/", visitor.base, "/help/", "/policy/", f"{visitor.base}?kanarie=kanarieord", f"/{world.organization.slug}/?q=kanarie"):
        assert client.get(path).status_code == 200
    client.post(f"{visitor.base}cart/", {f"quantity_{world.adult.pk}": "kanarieantal", "kanariefelt": "1"})
    visitor.add(adult=1)
    visitor.buy(buyer__email="kanarie@example", p1__birth_date="kanariedag", buyer__name="")
    visitor.buy()
    before = everything(tally)
    assert counted(tally)["event"] == 2
    assert [word for word in LEFT_NOWHERE if word in before + everything(tally)] == []


@pytest.mark.proves("use.improve")
def test_a_counter_that_keeps_who_it_was_is_found_out(visitor, tally):
    """The twin of the test above: a counter keyed by address."""
    tally._counts[("2026-01-01", 1, 1, "event", "198.51.100.77", "da")] = 1  # type: ignore[index]
    assert [word for word in LEFT_NOWHERE if word in everything(tally)] == ["198.51.100"]


@pytest.mark.proves("use.improve")
def test_the_house_counts_nobody():
    house = data_map.load()
    assert counts_are_of_nobody(house, checks.all_models()) == []
    assert all(claim.holds(house) for claim in CLAUSES["use.improve"])


PLANTED = {
    "ip": models.GenericIPAddressField(null=True),
    "network": models.CharField(max_length=40),
    "visitor": models.UUIDField(null=True),
    "user_agent": models.TextField(),
    "mark": models.BinaryField(),
    "at": models.DateTimeField(null=True),
    "visitor_number": models.BigIntegerField(null=True),
    "device": models.JSONField(null=True),
    "person": models.ForeignKey("accounts.Person", models.SET_NULL, null=True, related_name="+"),
    "order": TenantForeignKey("sales.Order", null=True, related_name="+"),
}


@pytest.mark.proves("use.improve")
@pytest.mark.parametrize("name", PLANTED)
def test_a_column_by_which_visitors_could_be_told_apart_is_refused_by_the_map(name):
    """The planted bug, declared as innocently as can be: as a part of a count."""
    with isolate_apps("conbillet.usage", "conbillet.accounts", "conbillet.sales"):
        fields = {"day": models.DateField(), "times": models.BigIntegerField(), name: PLANTED[name].clone()}
        planted = type("VisitCount", (models.Model,), {"__module__": __name__, **fields, "Meta": type("Meta", (), {"app_label": "usage"})})
        if PLANTED[name].remote_field:
            planted._meta.get_field(name).remote_field.model = apps.get_model(PLANTED[name].remote_field.model)
    house = data_map.load()
    columns = {field.name: Column(field.name, "technical", why=COUNT_OF_USE) for field in planted._meta.concrete_fields}
    house_with_it = DataMap()
    house_with_it.tables = {**house.tables, planted._meta.db_table: Table(planted._meta.db_table, "", columns)}
    found = counts_are_of_nobody(house_with_it, [*checks.all_models(), planted])
    assert len(found) == 1 and f".{name}:" in found[0]


@pytest.mark.proves("use.improve")
def test_a_column_that_hides_from_the_rule_is_no_part_of_a_count(monkeypatch):
    """Declared with another reason, the column does not belong into a table of counts; and the policy's claim fails."""
    house = data_map.load()
    table = house.tables["usage_shopcount"]
    changed = DataMap()
    columns = {**table.columns, "detail": replace(table.columns["detail"], why="a word")}
    changed.tables = {**house.tables, table.name: replace(table, columns=columns)}
    assert any("detail" in one for one in counts_are_of_nobody(changed, checks.all_models()))
    more = {**table.columns, "ip": Column("ip", "technical", why=COUNT_OF_USE)}
    changed.tables[table.name] = replace(table, columns=more)
    assert not CLAUSES["use.improve"][0].holds(changed)
