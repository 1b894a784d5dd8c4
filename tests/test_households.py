"""Members who live together: one address, one payer, and dues of their own for each."""

import pytest

from conbillet.core import clock
from conbillet.memberships.actions import share_household as module
from conbillet.memberships.actions.enter_member import enter_member
from conbillet.memberships.counting.count import count_members
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.member_values import MemberValues
from conbillet.memberships.models import Household, Member, Membership
from conbillet.web.office.tests.test_orders import text_of
from tests.login import log_in

pytestmark = pytest.mark.django_db

PAGE = "/office/alea/members/"


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def owner(client, world, now):
    for name, born in (
        ("Mor Lund", "1985-01-01"),
        ("Barn Lund", "2014-05-05"),
        ("Ung Lund", "2008-05-05"),
        ("Anden", "1999-01-01"),
    ):
        values = MemberValues(name=name, birth_date=born, street="Vej 1", postcode="8000", city="Aarhus C")
        enter_member(organization=world.organization, values=values, actor=world.actor(world.owner), now=now)
    return log_in(client, world.owner)


def number(name: str) -> str:
    return Member.objects.get(name=name).member_no


def join(owner, name: str, other: str):
    return owner.post(f"{PAGE}{number(name)}/household/", {"lives_with": number(other)})


def together() -> set[str]:
    return set(Member.objects.exclude(household=None).values_list("name", flat=True))


@pytest.fixture
def family(owner):
    join(owner, "Barn Lund", "Mor Lund")
    join(owner, "Ung Lund", "Barn Lund")
    return owner


class TestTogether:
    def test_one_household_however_it_was_said(self, family):
        assert together() == {"Mor Lund", "Barn Lund", "Ung Lund"} and Household.objects.count() == 1
        assert "Barn Lund" in text_of(family.get(f"{PAGE}{number('Mor Lund')}/"))

    def test_who_moves_out_leaves_the_others_and_nobody_lives_in_one_alone(self, family):
        family.post(f"{PAGE}{number('Ung Lund')}/household/", {"out": "1"})
        assert together() == {"Mor Lund", "Barn Lund"}
        join(family, "Barn Lund", "Anden")
        assert together() == {"Barn Lund", "Anden"} and Household.objects.count() == 1
        family.post(f"{PAGE}{number('Anden')}/household/", {"out": "1"})
        assert not Household.objects.exists()

    @pytest.mark.parametrize("wrong", ["", "4711", "itself"])
    def test_errors_stand_beside_the_field(self, owner, wrong):
        own = number("Anden")
        answer = owner.post(f"{PAGE}{own}/household/", {"lives_with": own if wrong == "itself" else wrong})
        assert answer.status_code == 422 and "lives_with" in answer.context["household"].errors
        assert not together()

    def test_not_without_end(self, family, monkeypatch):
        monkeypatch.setattr(module, "MOST", 2)
        assert join(family, "Anden", "Mor Lund").status_code == 422
        assert "Anden" not in together()

    def test_another_associations_members_do_not_move_in(self, client, world, family):
        mother = number("Mor Lund")
        stranger = log_in(client, world.stranger)
        assert stranger.post(f"/office/hyggecon/members/{mother}/household/", {"lives_with": mother}).status_code == 404


def test_they_move_together(family):
    mother = Member.objects.get(name="Mor Lund")
    sent = {
        "name": "Mor Lund",
        "birth_date": "1985-01-01",
        "street": "Ny Vej 2",
        "postcode": "5000",
        "city": "Odense C",
        "country": "DK",
    }
    family.post(f"{PAGE}{mother.member_no}/", sent)
    assert Member.objects.filter(street="Ny Vej 2").count() == 1
    family.post(f"{PAGE}{mother.member_no}/", {**sent, "move_others": "1"})
    moved = Member.objects.filter(street="Ny Vej 2", postcode="5000", municipality_code="0461")
    assert set(moved.values_list("name", flat=True)) == {"Mor Lund", "Barn Lund", "Ung Lund"}
    assert Member.objects.get(name="Anden").postcode == "8000"


class TestPayer:
    def pay(self, family, world, **change):
        return family.post(f"{PAGE}{number('Mor Lund')}/dues/", {
            "membership_type": world.membership.membership_type_id, "period_from": "2026-01-01", "period_to": "2026-12-31",
            "amount": "75", "paid_on": "2026-02-01", "payer_relation": "self", "reference": "bank 17", **change,
        })  # fmt: skip

    def test_one_pays_and_each_has_dues_of_their_own(self, family, world):
        self.pay(family, world, others="on", others_relation="parent")
        rows = Membership.objects.order_by("member__name").values_list(
            "member__name", "dues_amount", "payer_name", "payer_relation"
        )
        assert list(rows) == [
            ("Barn Lund", 7500, "Mor Lund", "parent"), ("Mor Lund", 7500, "Mor Lund", "self"), ("Ung Lund", 7500, "Mor Lund", "parent"),
        ]  # fmt: skip
        counted = count_members(organization_id=world.organization.pk, rules=rule_set("duf", year=2026), year=2026)
        assert {one.person["name"] for one in counted if one.verdict.counts} == {"Barn Lund", "Ung Lund"}

    def test_only_for_one_unless_it_is_said(self, family, world):
        self.pay(family, world)
        assert Membership.objects.count() == 1

    def test_all_or_nobody(self, family, world):
        assert self.pay(family, world, others="on", paid_on="2027-02-01").status_code == 422
        assert not Membership.objects.exists()
