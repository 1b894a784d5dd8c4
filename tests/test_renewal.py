"""A member who buys again gets the days after those that are paid for, without a gap and without paying a day twice."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from conbillet.memberships.models import Member, Membership, MembershipType
from conbillet.memberships.periods import inside_one_year, period_after
from conbillet.memberships.queries import standing_of
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import OrderLine
from tests.purchases import ADA, order_of, pay_for

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "values", "day", "last_day", "expected"),
    [
        ("calendar_year", {}, "2026-03-01", None, "2026-03-01 2026-12-31"),
        ("calendar_year", {}, "2026-12-01", "2026-12-31", "2027-01-01 2027-12-31"),
        ("calendar_year", {}, "2026-12-01", "2027-12-31", "2028-01-01 2028-12-31"),
        ("calendar_year", {}, "2027-01-05", "2026-12-31", "2027-01-05 2027-12-31"),  # it has run out: from today
        ("rolling_12m", {}, "2026-12-01", "2027-01-15", "2027-01-16 2028-01-15"),
        ("calendar_year_plus_grace", {"grace_days": 59}, "2027-01-10", "2027-02-28", "2027-03-01 2028-02-28"),
        ("fixed_dates", {"fixed_from": date(2026, 8, 1), "fixed_to": date(2027, 7, 31)}, "2026-09-01", "2027-07-31", "2026-08-01 2027-07-31"),
    ],
)  # fmt: skip
def test_the_days_of_a_renewal(kind, values, day, last_day, expected):
    last = date.fromisoformat(last_day) if last_day else None
    found = period_after(MembershipType(period_kind=kind, **values), date.fromisoformat(day), last)
    assert " ".join(one.isoformat() for one in found) == expected


def buy(world, now, **person) -> Membership:
    ada = replace(ADA, person_id=world.buyer.pk, **person)
    order = pay_for(order_of(world, now, Wish(world.membership.pk, 1), people=(ada,)), now)
    return Membership.objects.get(source_reference=f"line-{OrderLine.objects.get(order=order).pk}")


class TestBought:
    def test_the_second_follows_the_first_and_the_member_is_one(self, world, now):
        first, second = buy(world, now), buy(world, now)
        assert second.period_from == date(first.period_to.year + 1, 1, 1)
        assert inside_one_year((second.period_from, second.period_to))
        assert Member.objects.count() == 1
        standing = standing_of(organization_id=world.organization.pk, person_id=world.buyer.pk, on=first.period_to)
        assert (standing.is_member, standing.last_day) == (True, second.period_to)

    def test_whoever_is_not_known_begins_today(self, world, now):
        buy(world, now)
        order = pay_for(order_of(world, now, Wish(world.membership.pk, 1), people=(ADA,)), now)
        assert OrderLine.objects.get(order=order).dues_from < date(now.year + 1, 1, 1)

    def test_what_was_given_back_or_left_is_not_followed(self, world, now):
        first = buy(world, now)
        Membership.objects.update(ended_at=now)
        assert buy(world, now).period_from == first.period_from
        Membership.objects.exclude(pk=first.pk).delete()
        Membership.objects.update(ended_at=None)
        Member.objects.update(left_on=first.period_from)
        later = datetime(first.period_from.year, first.period_from.month, first.period_from.day + 2, 12, tzinfo=UTC)
        standing = standing_of(organization_id=world.organization.pk, person_id=world.buyer.pk, on=later.date())
        assert not standing.is_member and standing.last_day is None

    def test_the_checkout_shows_the_days_that_are_bought(self, client, world, now, monkeypatch):
        from conbillet.core import clock
        from tests.login import log_in
        from tests.visitor import path_of

        monkeypatch.setattr(clock, "now", lambda: now)
        first = buy(world, now)
        log_in(client, world.buyer, second_factor=False)
        shop = path_of(f"/{world.organization.slug}/{world.event.slug}/")
        client.post(f"{shop}cart/", {f"quantity_{world.membership.pk}": "1"})
        page = client.get(f"{shop}checkout/").content.decode()
        assert f"{first.period_to.year + 1}" in page.split("price-list cart")[1].split("</ul>")[0]
