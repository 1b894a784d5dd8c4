"""The page of membership types: who may use it, what it refuses, what stays as it was bought."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.memberships import periods
from conbillet.memberships.models import Membership, MembershipType
from conbillet.organizations.models import RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from tests.login import log_in
from tests.purchases import paid_order

from .test_orders import text_of, with_role

pytestmark = pytest.mark.django_db

PAGE = "/office/alea/membership-types/"
YEAR = {"name_da": "Kontingent", "name_en": "Dues", "period_kind": "calendar_year"}


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def owner(client, world):
    return log_in(client, world.owner)


@pytest.fixture
def existing(world) -> MembershipType:
    return MembershipType.objects.get()


class TestWho:
    def test_as_for_products(self, client, world, existing):
        manager = with_role(client, world, RoleKind.MANAGER)
        assert [manager.get(f"{PAGE}{rest}").status_code for rest in ("", "new/", f"{existing.pk}/")] == [200] * 3

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.MEMBER_SECRETARY, RoleKind.DOOR_CREW])
    def test_not_for_these(self, client, world, existing, kind):
        someone = with_role(client, world, kind)
        for rest in ("", "new/", f"{existing.pk}/"):
            assert someone.get(f"{PAGE}{rest}").status_code == 403
        assert someone.post(f"{PAGE}new/", YEAR).status_code == 403
        assert someone.post(f"{PAGE}{existing.pk}/offer/").status_code == 403
        assert MembershipType.objects.get().is_offered

    def test_a_stranger_finds_nothing_here_nor_by_their_own_address(self, client, world, existing):
        stranger = log_in(client, world.stranger)
        assert stranger.get(PAGE).status_code == 404
        for rest in ("", "offer/"):
            assert stranger.post(f"/office/hyggecon/membership-types/{existing.pk}/{rest}", YEAR).status_code == 404
        existing.refresh_from_db()
        assert existing.name_da == "Medlem af ALEA" and existing.is_offered

    def test_wrong_verb(self, owner, existing):
        assert owner.delete(PAGE).status_code == owner.get(f"{PAGE}{existing.pk}/offer/").status_code == 405


class TestPages:
    def test_in_the_menu_with_the_rules_in_plain_words(self, owner):
        page = owner.get(PAGE)
        assert f'href="{PAGE}"' in owner.get("/office/alea/").content.decode()
        for expected in ("Medlem af ALEA", "kan tælle hos DUF", "mindst 75 kr.", "En billet er ikke et medlemskab"):
            assert expected in text_of(page), expected

    def test_add_change_stop_and_offer_again(self, owner, world):
        grace = YEAR | {"name_da": "Med slip", "period_kind": "calendar_year_plus_grace", "grace_days": "59", "fixed_from": "2026-01-01"}
        assert owner.post(f"{PAGE}new/", grace).status_code == 302
        made = MembershipType.objects.get(name_da="Med slip")
        assert (made.grace_days, made.fixed_from) == (59, None)
        assert "59 dage mere" in text_of(owner.get(PAGE)) and "ikke sikkert hos DUF" in text_of(owner.get(PAGE))
        owner.post(f"{PAGE}{made.pk}/", YEAR | {"period_kind": "fixed_dates", "fixed_from": "2026-01-01", "fixed_to": "2026-06-30"})
        made.refresh_from_db()
        assert (made.name_da, made.grace_days, made.fixed_to) == ("Kontingent", 0, date(2026, 6, 30))
        owner.post(f"{PAGE}{made.pk}/offer/")
        assert "Udbydes ikke længere" in text_of(owner.get(PAGE))
        owner.post(f"{PAGE}{made.pk}/offer/", {"again": "1"})
        made.refresh_from_db()
        assert made.is_offered
        said = AuditEntry.objects.filter(object_kind="membership_type").order_by("pk").values_list("action", flat=True)
        assert [action.removeprefix("membership_type_") for action in said] == ["added", "changed", "stopped", "offered"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name_da": ""}, {"name_da": "   "}, {"name_da": "x" * 81}, {"period_kind": "for_ever"}, {"period_kind": ""},
            {"period_kind": "calendar_year_plus_grace"}, {"period_kind": "calendar_year_plus_grace", "grace_days": "367"},
            {"period_kind": "calendar_year_plus_grace", "grace_days": "-1"}, {"grace_days": "mange"},
            {"period_kind": "fixed_dates"}, {"period_kind": "fixed_dates", "fixed_from": "2026-01-01"},
            {"period_kind": "fixed_dates", "fixed_from": "2026-06-01", "fixed_to": "2026-05-31"},
            {"period_kind": "fixed_dates", "fixed_from": "2026-02-30", "fixed_to": "2026-05-31"},
        ],
    )  # fmt: skip
    def test_wrong_values_are_said_and_store_nothing(self, owner, existing, wrong):
        assert owner.post(f"{PAGE}new/", YEAR | wrong).status_code == 422
        assert owner.post(f"{PAGE}{existing.pk}/", YEAR | wrong).status_code == 422
        assert MembershipType.objects.get().name_da == "Medlem af ALEA"

    def test_what_was_bought_keeps_its_days(self, owner, world, existing, now):
        paid_order(world, now, Wish(world.membership.pk, 1))
        before = Membership.objects.values_list("period_from", "period_to").get()
        assert owner.post(f"{PAGE}{existing.pk}/", YEAR | {"period_kind": "rolling_12m"}).status_code == 302
        assert Membership.objects.values_list("period_from", "period_to").get() == before == (date(2026, 3, 1), date(2026, 12, 31))
        (row,) = owner.get(PAGE).context["rows"]
        assert (row[0].members_now, row[1], row[2]) == (1, False, 1)

    def test_as_many_queries_for_one_type_as_for_three(self, owner, world):
        counts = []
        for more in (0, 2):
            for number in range(more):
                MembershipType.objects.create(organization=world.organization, name_da=f"Type {number}")
            owner.get(PAGE)
            with CaptureQueriesContext(connection) as queries:
                assert owner.get(PAGE).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("kind", "days", "safe"),
    [
        ("calendar_year", {}, True),
        ("rolling_12m", {}, False),
        ("calendar_year_plus_grace", {"grace_days": 1}, False),
        ("fixed_dates", {"fixed_from": date(2026, 1, 1), "fixed_to": date(2026, 12, 31)}, True),
        ("fixed_dates", {"fixed_from": date(2026, 12, 31), "fixed_to": date(2027, 1, 1)}, False),
    ],
)
def test_what_is_called_safe_never_crosses_new_year(kind, days, safe):
    membership_type = MembershipType(period_kind=kind, **days)
    assert periods.always_inside_one_year(membership_type) is safe
    sold = [periods.period_from(membership_type, day) for day in (date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 31))]
    assert all(periods.inside_one_year(period) for period in sold) is safe
