"""The list of who comes, page by page: in the order of an index, and never another order or other people than the view's."""

import pytest
from django.db import connection

from conbillet.privacy import attendees
from conbillet.privacy.attendees import AttendeeFilter, find_attendees, holders_by_name
from conbillet.privacy.models import Attendee, Limit
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.place_order import PersonDetails
from conbillet.web.office import paging
from tests.login import log_in
from tests.purchases import order_of, pay_for

pytestmark = pytest.mark.django_db

NAMES = ("Åse", "Aage", "Ærik", "Ada", "øjvind", "Zoe", "ada", "Bo", "Bo", "Österling")


@pytest.fixture
def crowd(world, now):
    for name in NAMES:
        person = PersonDetails(
            name=name, email=f"{name.lower().encode().hex()}@example.com", birth_date=now.date().replace(year=1990)
        )
        order = order_of(world, now, Wish(world.adult.pk, 1), people=(person,))
        if name != "Zoe":
            pay_for(order, now)
    return world


def wanted(world, **more):
    chosen = AttendeeFilter(kind=Attendee.Kind.HOLDER)
    return find_attendees(organization_id=world.organization.pk, event=world.event, wanted=chosen, **more)


def slices(world, size: int) -> list[int]:
    where = {"organization_id": world.organization.pk, "event": world.event}
    return [row.pk for first in range(0, 20, size) for row in holders_by_name(**where, first=first, last=first + size)]


@pytest.mark.parametrize("size", [1, 4, 20])
def test_the_pages_are_those_of_the_view_in_its_order(crowd, size):
    found = [row.pk for row in wanted(crowd)]
    assert len(found) == len(NAMES) - 1 and slices(crowd, size) == found


def test_whoever_may_only_be_stored_is_on_no_page(crowd, now):
    Limit.objects.create(email=f"{b'bo'.hex()}@example.com", kind="restriction", from_at=now)
    found = [row.pk for row in wanted(crowd)]
    assert len(found) == len(NAMES) - 3 and slices(crowd, 4) == found


def test_other_events_and_associations_are_on_no_page(crowd):
    assert holders_by_name(organization_id=crowd.other.pk, event=crowd.event, first=0, last=50) == []


def test_they_carry_no_personal_data(crowd):
    for row in holders_by_name(organization_id=crowd.organization.pk, event=crowd.event, first=0, last=50):
        assert {name for name, value in vars(row).items() if value and name != "_state"} == {"id", "order_id"}


def plan(statement: str, world) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + statement, [world.organization.pk, world.event.pk, 50, 0])
        return "\n".join(row[0] for row in cursor.fetchall())


def test_nothing_is_sorted(crowd):
    found = plan(attendees._BY_NAME, crowd)
    assert "sales_participant_by_name" in found and "Sort" not in found


def test_planted_another_order_would_sort_everybody(crowd):
    assert "Sort" in plan(attendees._BY_NAME.replace("conbillet_sort_key(p.name)", "p.name"), crowd)


def test_the_office_sees_them_and_goes_on_to_the_next_page(crowd, client, monkeypatch):
    monkeypatch.setattr(paging.page_of, "__defaults__", (4,))
    log_in(client, crowd.owner)
    address = f"/office/{crowd.organization.slug}/events/{crowd.event.slug}/attendees/"
    seen = [row.person.six.name for page in (1, 2, 3) for row in client.get(f"{address}?page={page}").context["rows"]]
    assert seen == [row.name for row in wanted(crowd)] and len(seen) == len(NAMES) - 1
    assert seen[0].lower() == "ada" and seen[-1] in {"Åse", "Aage"}
