"""Checking in: yes once, and every reason for a no."""

from datetime import timedelta

import pytest

from conbillet.core.models import AuditEntry
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.ages import AgeBand
from conbillet.tickets.models import CheckIn
from conbillet.tickets.refusals import AlreadyIn, NotAdmitted
from tests.door.conftest import Door

pytestmark = pytest.mark.django_db


def let_in(door: Door, code: str | None = None, **rest):
    values = {"event": door.event, "actor": door.crew, "device": "phone 1", "now": door.now} | rest
    return check_in(code=door.code if code is None else code, **values)


def refused(door: Door, code: str | None = None, **rest) -> NotAdmitted:
    with pytest.raises(NotAdmitted) as caught:
        let_in(door, code, **rest)
    return caught.value


def test_a_code_lets_its_holder_in_and_tells_what_the_crew_needs(door: Door):
    admission = let_in(door)
    ticket = admission.ticket
    assert (ticket.name, ticket.badge_name, ticket.age_band) == ("Ada Lund", "Ada", AgeBand.ADULT)
    assert (ticket.product, ticket.beds) == ("Adult, all days", ("Sleeping place",))
    assert [thing.text for thing in ticket.things_left] == ["T-shirt, M"]
    row = CheckIn.objects.get()
    assert (row.ticket_id, row.event_id, row.at, row.device) == (door.ticket.pk, door.event.pk, door.now, "phone 1")
    assert row.by_id == door.world.door_crew.pk
    entry = AuditEntry.objects.get(action="ticket_checked_in")
    assert (entry.object_reference, entry.actor_role, entry.actor_id) == (
        door.ticket.reference,
        "door_crew",
        door.world.door_crew.pk,
    )


@pytest.mark.parametrize("writing", [str, str.lower, lambda text: f"  {text[:4]}-{text[4:8]} {text[8:]}\n"])
def test_a_typed_reference_is_read_generously(door: Door, writing):
    assert let_in(door, writing(door.ticket.reference)).ticket.id == door.ticket.pk


def test_the_second_scan_is_refused_and_says_since_when_and_by_which_role(door: Door):
    let_in(door)
    no = refused(door, now=door.now + timedelta(hours=1))
    assert isinstance(no, AlreadyIn)
    assert no.message("da") == "Allerede inde siden kl. 18.32, lukket ind af dørvagt."
    assert CheckIn.objects.count() == 1
    assert AuditEntry.objects.filter(action="ticket_checked_in").count() == 1
    tomorrow = refused(door, now=door.now + timedelta(days=1))
    assert "1. april 2026 kl. 18.32" in tomorrow.message("da")
