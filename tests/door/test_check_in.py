"""Checking in: yes once, and every reason for a no."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import override

from conbillet.catalogue.models import Product
from conbillet.core.actor import person_actor
from conbillet.core.audit import details_of
from conbillet.core.clock import copenhagen_day
from conbillet.core.models import AuditEntry
from conbillet.core.references import new_reference
from conbillet.core.rows import next_id
from conbillet.sales.models import Order
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.reissue_ticket import HolderIsIn, reissue_ticket
from conbillet.tickets.actions.undo_check_in import NotIn, ReasonMissing, undo_check_in
from conbillet.tickets.actions.void_ticket import void_ticket
from conbillet.tickets.ages import AgeBand
from conbillet.tickets.codes import TicketCode, sign
from conbillet.tickets.keys import SigningKey, ticket_keys
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.tickets.queries import without_network
from conbillet.tickets.refusals import AlreadyIn, NotAdmitted
from conbillet.workflows.refunds import refund_order
from tests.cast import make_event
from tests.door.conftest import Door, code_of

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
    assert no.role == "door_crew"
    with override("da"):
        assert no.message("da").startswith("Allerede inde siden kl. 18.32, lukket ind af ")
    assert CheckIn.objects.count() == 1
    assert AuditEntry.objects.filter(action="ticket_checked_in").count() == 1
    assert "1 April 2026, 18:32" in refused(door, now=door.now + timedelta(days=1)).message("en")


def test_a_scan_that_is_sent_again_is_answered_the_same(door: Door):
    first = let_in(door, scan="f00d")
    again = let_in(door, scan="f00d", now=door.now + timedelta(minutes=1))
    assert again.at == first.at == door.now
    assert isinstance(refused(door, scan="beef"), AlreadyIn)
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("code", ["", "   ", "CB1:", "CB1:A.B.C.1.D", "https://example.com/", "æøå", "x" * 300, "\x00"])
def test_what_is_no_code_is_refused(door: Door, code: str):
    assert refused(door, code).reason == "unreadable"


def test_an_unknown_reference_is_refused(door: Door):
    assert refused(door, new_reference()).reason == "unknown"
    # Long enough for a QR code's column, not for the ticket's.
    assert refused(door, "0" * 40).reason == "unknown"


def test_a_forged_code_is_refused(door: Door):
    other = SigningKey(ticket_keys().signing_key().key_id, Ed25519PrivateKey.generate())
    said = TicketCode(door.event.reference, door.ticket.reference, 1)
    assert refused(door, sign(said, other)).reason == "forged"
    altered = door.code.replace(f".{door.ticket.reference}.", f".{door.tickets()[1].reference}.")
    assert refused(door, altered).reason == "forged"
    unknown_key = SigningKey("0ZZZZZ", Ed25519PrivateKey.generate())
    assert refused(door, sign(said, unknown_key)).reason == "forged"
    assert not CheckIn.objects.exists()


def test_planted_a_door_that_does_not_verify_lets_a_forger_in(door: Door, monkeypatch):
    forged = sign(
        TicketCode(door.event.reference, door.ticket.reference, 1), SigningKey("0ZZZZZ", Ed25519PrivateKey.generate())
    )
    monkeypatch.setattr(
        "conbillet.tickets.actions.check_in.verify",
        lambda text, keys: TicketCode(*text.split(".")[1:3], int(text.split(".")[3])),
    )
    assert let_in(door, forged).ticket.id == door.ticket.pk, "the test above would not notice"


def test_an_older_generation_is_refused_and_the_new_one_works(door: Door):
    old, old_link, old_number = door.code, door.ticket.access_key, door.ticket.reference
    new = reissue_ticket(ticket=door.ticket, actor=door.crew, now=door.now)
    assert (new.generation, new.access_key != old_link) == (2, True)
    assert refused(door, old).reason == "transferred"
    # The number stands on the old ticket, and the crew can type it.
    assert new.reference != old_number
    assert refused(door, old_number).reason == "unknown"
    assert refused(door, code_of(new, door.event, generation=3)).reason == "transferred"
    let_in(door, code_of(new, door.event))
    with pytest.raises(HolderIsIn):
        reissue_ticket(ticket=new, actor=door.crew, now=door.now)


@override("en")
def test_another_event_of_the_association_is_named(door: Door):
    other = make_event(door.world.organization, slug="winter", name="Vintercon")
    code = door.code
    assert refused(door, code, event=other).message("en") == "The ticket is for Fastaval 2026."
    assert refused(door, door.ticket.reference, event=other).message("en") == "The ticket is for Fastaval 2026."
    assert not CheckIn.objects.exists()


@override("en")
def test_another_associations_ticket_is_unknown_and_its_event_is_not_named(door: Door):
    other = make_event(door.world.other, slug="hygge", name="Hyggecon 2026")
    stranger = person_actor(door.world.stranger.pk).for_organization(door.world.other.pk, "owner")
    there = refused(door, door.code, event=other, actor=stranger)
    assert (there.reason, there.message("en")) == ("other_event", "The ticket is for another convention.")
    assert refused(door, door.ticket.reference, event=other, actor=stranger).reason == "unknown"


def test_a_refund_makes_the_code_worthless(door: Door):
    refund_order(order=door.order, reason="customer", actor=door.crew, now=door.now)
    no = refused(door)
    assert (no.reason, no.ticket and no.ticket.name) == ("refunded", "Ada Lund")


def test_a_voided_ticket_is_refused(door: Door):
    void_ticket(lines=[door.ticket.line], reason="mistake", actor=door.crew, now=door.now)
    assert refused(door).reason == "voided"


def test_an_order_that_is_not_paid_is_refused(door: Door):
    Order.objects.filter(pk=door.order.pk).update(state=Order.State.AWAITING_PAYMENT)
    assert refused(door).reason == "not_paid"
    # Before it is paid an order has no tickets; its own reference says what is the matter.
    Ticket.objects.all().delete()
    no = refused(door, door.order.reference)
    assert (no.reason, no.order_reference) == ("not_paid", door.order.reference)


def test_a_bed_does_not_let_anybody_in(door: Door):
    no = refused(door, code_of(door.tickets(admits=False)[0], door.event))
    assert no.reason == "no_entrance"


def test_an_undone_check_in_can_be_used_again(door: Door):
    let_in(door)
    undone = undo_check_in(ticket=door.ticket, reason=" scanned  by mistake ", actor=door.crew, now=door.now)
    assert (undone.undo_reason, undone.undone_by_id) == ("scanned by mistake", door.world.door_crew.pk)
    let_in(door)
    assert [row.undone_at is None for row in CheckIn.objects.order_by("pk")] == [False, True]
    entry = AuditEntry.objects.get(action="check_in_undone")
    assert details_of(entry) == {}  # their own words stand in the row, where they can be erased


def test_undoing_wants_a_reason_and_somebody_inside(door: Door):
    with pytest.raises(NotIn):
        undo_check_in(ticket=door.ticket, reason="mistake", actor=door.crew, now=door.now)
    let_in(door)
    with pytest.raises(ReasonMissing):
        undo_check_in(ticket=door.ticket, reason="  ", actor=door.crew, now=door.now)
    assert CheckIn.objects.filter(undone_at=None).count() == 1


def test_a_check_in_costs_two_statements(door: Door, django_assert_num_queries):
    event, code, crew = door.event, door.code, door.crew
    next_id(AuditEntry)  # ids are taken in blocks; the block is fetched here
    # The ticket with all that belongs to it; check-in, audit and message together.
    with django_assert_num_queries(2):
        check_in(event=event, code=code, actor=crew, device="", now=door.now)


class TestNewsFromWithoutNetwork:
    """A device was away, and tells afterwards whom it let in, and when."""

    def test_the_devices_time_is_kept(self, door: Door):
        earlier = door.now - timedelta(hours=3)
        assert let_in(door, scanned_at=earlier, scan="a").at == CheckIn.objects.get().at == earlier
        assert let_in(door, scanned_at=earlier, scan="a", now=door.now + timedelta(hours=1)).at == earlier
        assert isinstance(refused(door, scanned_at=earlier, scan="b"), AlreadyIn)

    @pytest.mark.parametrize("off", [timedelta(minutes=1), timedelta(days=-2), timedelta(days=-400)])
    def test_a_clock_that_is_wrong_is_not_believed(self, door: Door, off: timedelta):
        assert let_in(door, scanned_at=door.now + off).at == door.now

    def test_a_day_ticket_is_judged_by_when_it_was_scanned(self, door: Door):
        Product.objects.filter(pk=door.world.adult.pk).update(valid_on=copenhagen_day(door.now))
        tomorrow = door.now + timedelta(days=1)
        assert refused(door, now=tomorrow).reason == "wrong_day"
        assert let_in(door, now=tomorrow, scanned_at=door.now).at == door.now

    def test_the_list_has_states_and_no_names(self, door: Door, django_assert_num_queries):
        ada, bo = door.tickets()
        bed = door.tickets(admits=False)[0]
        let_in(door)
        void_ticket(lines=[bo.line], reason="mistake", actor=door.crew, now=door.now)
        with django_assert_num_queries(1):
            listed = without_network(event=door.event)
        assert {(name, state) for name, _generation, state, _day in listed} >= {
            (ada.reference, "in"),
            (bo.reference, "void"),
            (bed.reference, "no_entrance"),
        }
        assert {len(row) for row in listed} == {4} and "Ada" not in str(listed)
