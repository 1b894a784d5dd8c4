"""What a membership covers stands where it is sold, and follows a change of its kind."""

from datetime import date

import pytest

from conbillet.catalogue.actions.change_sold_membership import change_sold_membership
from conbillet.memberships.actions.change_membership_type import change_membership_type
from conbillet.memberships.models import MembershipType
from tests.visitor import path_of

KINDS = [
    ("calendar_year", {}, "Resten af kalenderåret"),
    ("rolling_12m", {}, "Tolv måneder fra købet"),
    ("calendar_year_plus_grace", {"grace_days": 31}, "Resten af året og 31 dage af det næste"),
    ("fixed_dates", {"fixed_from": date(2027, 1, 1), "fixed_to": date(2027, 12, 31)}, "1. januar – 31. december 2027"),
]


def page(client, world) -> str:
    return client.get(path_of(f"/{world.organization.slug}/{world.event.slug}/")).content.decode()


def change(verb, world, now, kind, values):
    usual = {"name_da": "Medlem", "name_en": "Member", "grace_days": 0, "fixed_from": None, "fixed_to": None}
    found = MembershipType.objects.get(pk=world.membership.membership_type_id)
    verb(membership_type=found, actor=world.actor(world.owner), now=now, **{**usual, **values, "period_kind": kind})


@pytest.mark.parametrize(("kind", "values", "words"), KINDS)
def test_the_page_says_what_is_covered(client, world, now, kind, values, words):
    page(client, world)
    change(change_sold_membership, world, now, kind, values)
    assert words in page(client, world)


def test_planted_without_telling_the_event_the_old_words_stay(client, world, now):
    assert KINDS[0][2] in page(client, world)
    change(change_membership_type, world, now, "rolling_12m", {})
    assert KINDS[1][2] not in page(client, world)
