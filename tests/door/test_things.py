"""What is handed out, who is found, how many are in."""

from datetime import timedelta

import pytest

from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.organizations.access import NotFound
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import OrderLine, Participant
from conbillet.tickets.access import get_thing, get_ticket
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.hand_out import AlreadyHandedOut, CannotHandOut, NotPaidFor, hand_out
from conbillet.tickets.actions.take_back import take_back
from conbillet.tickets.actions.undo_check_in import undo_check_in
from conbillet.tickets.at_door import find_ticket
from conbillet.tickets.models import HandOut
from conbillet.tickets.queries import counters, last_let_in, search
from conbillet.workflows.refunds import refund_lines
from tests.cast import make_event
from tests.door.conftest import Door, allow_paying
from tests.purchases import order_of, paid_order

pytestmark = pytest.mark.django_db


def let_in(door: Door, reference: str, **rest):
    return check_in(event=door.event, code=reference, actor=door.crew, device="", **({"now": door.now} | rest))


def left(door: Door) -> list[str]:
    return [thing.text for thing in find_ticket(event=door.event, reference=door.ticket.reference).things_left]


class TestHandingOut:
    def test_once_and_taken_back(self, door: Door):
        line = door.line("merchandise")
        given = hand_out(line=line, actor=door.crew, now=door.now)
        assert (given.at, given.by_id, left(door)) == (door.now, door.world.door_crew.pk, [])
        with pytest.raises(AlreadyHandedOut) as again:
            hand_out(line=line, actor=door.crew, now=door.now + timedelta(hours=1))
        assert again.value.at == door.now
        assert take_back(line=line, actor=door.crew, now=door.now)
        assert not take_back(line=line, actor=door.crew, now=door.now)
        assert left(door) == ["T-shirt, M"]
        actions = AuditEntry.objects.filter(object_reference=door.order.reference).values_list("action", flat=True)
        assert [action for action in actions.order_by("pk") if action.startswith("thing")] == [
            "thing_handed_out",
            "thing_taken_back",
        ]

    def test_not_what_is_no_thing(self, door: Door):
        with pytest.raises(CannotHandOut):
            hand_out(line=door.line("sleeping"), actor=door.crew, now=door.now)

    def test_not_what_was_refunded(self, door: Door):
        line = door.line("merchandise")
        refund_lines(order=door.order, lines=[line], reason="customer", actor=door.crew, now=door.now)
        assert left(door) == []
        with pytest.raises(NotPaidFor):
            hand_out(line=line, actor=door.crew, now=door.now)
        with pytest.raises(CannotHandOut):
            hand_out(line=OrderLine.objects.get(reverses=line), actor=door.crew, now=door.now)
        assert not HandOut.objects.exists()

    def test_not_what_is_not_paid(self, door: Door, now):
        order = order_of(door.world, now, Wish(door.world.shirt.pk, 1, door.world.sizes["L"].pk))
        with pytest.raises(NotPaidFor):
            hand_out(line=order.lines.get(), actor=door.crew, now=door.now)

    def test_things_of_others_in_the_order_are_left_out(self, door: Door):
        ada, bo = door.tickets()
        OrderLine.objects.filter(pk=door.line("merchandise").pk).update(participant=bo.participant)
        seen = [find_ticket(event=door.event, reference=ticket.reference).things for ticket in (ada, bo)]
        assert [len(things) for things in seen] == [0, 1]

    @pytest.mark.parametrize(
        "name", ["", "-", "X-1", "1", "{order}-", "{order}-x", "{order}-99", "{order}-99999999", "{order}-²"]
    )
    def test_names_of_nothing(self, door: Door, name: str):
        with pytest.raises(NotFound):
            get_thing(event=door.event, name=name.format(order=door.order.reference))

    def test_another_events_or_associations_thing_is_not_found(self, door: Door):
        name = f"{door.order.reference}-{door.line('merchandise').position}"
        assert get_thing(event=door.event, name=name).kind == "merchandise"
        for organization in (door.world.organization, door.world.other):
            event = make_event(organization, slug="another")
            with pytest.raises(NotFound):
                get_thing(event=event, name=name)
            with pytest.raises(NotFound):
                get_ticket(event=event, reference=door.ticket.reference)


class TestSecondLine:
    """Row-level security holds where the first line forgets itself: the event says it is the other association's."""

    def test_nothing_of_the_other_association_is_seen(self, door: Door):
        reference = door.ticket.reference
        with acting_for(door.world.other.pk):
            assert find_ticket(event=door.event, reference=reference) is None
            assert search(event=door.event, text="Ada").tickets == ()
            assert counters(event=door.event, now=door.now).tickets == 0
            assert last_let_in(event=door.event) == []
        assert find_ticket(event=door.event, reference=reference) is not None


class TestCounters:
    def test_entrance_tickets_that_hold(self, door: Door, now, django_assert_num_queries):
        paid_order(door.world, now, Wish(door.world.day.pk, 1))
        ada, bo = door.tickets()
        let_in(door, ada.reference)
        let_in(door, bo.reference, now=door.now + timedelta(hours=1))
        with django_assert_num_queries(2):
            seen = counters(event=door.event, now=door.now + timedelta(hours=2))
        assert (seen.tickets, seen.inside) == (3, 2)
        assert [(one.product, one.tickets, one.inside) for one in seen.products] == [
            ("Adult, all days", 2, 2),
            ("Day ticket", 1, 0),
        ]
        assert [(hour.hour.hour, hour.inside) for hour in seen.hours] == [(18, 1), (19, 1)]

    def test_who_was_taken_back_or_refunded_is_out(self, door: Door):
        ada, bo = door.tickets()
        let_in(door, ada.reference)
        undo_check_in(ticket=ada, reason="mistake", actor=door.crew, now=door.now)
        refund_lines(order=door.order, lines=[bo.line], reason="customer", actor=door.crew, now=door.now)
        seen = counters(event=door.event, now=door.now)
        assert (seen.tickets, seen.inside, seen.hours) == (1, 0, ())

    def test_the_last_ones_are_listed_with_the_undone(self, door: Door):
        ada, bo = door.tickets()
        let_in(door, ada.reference)
        let_in(door, bo.reference, now=door.now + timedelta(minutes=1))
        undo_check_in(ticket=ada, reason="mistake", actor=door.crew, now=door.now)
        assert [(one.name, one.undone) for one in last_let_in(event=door.event)] == [("Bo", False), ("Ada", True)]
        assert len(last_let_in(event=door.event, limit=1)) == 1


class TestSearch:
    def names(self, door: Door, text: str) -> list[str]:
        return [ticket.name for ticket in search(event=door.event, text=text).tickets]

    def test_by_name_badge_and_reference(self, door: Door):
        both = ["Ada Lund", "Bo Lund"]
        assert self.names(door, "lund") == both
        assert self.names(door, " LUND  ada ") == both  # Ada bought for Bo, so both are hers
        assert self.names(door, "Bo Lund") == ["Bo Lund"]
        assert self.names(door, door.order.reference.lower()) == both
        assert self.names(door, door.ticket.reference) == ["Ada Lund"]

    def test_in_danish_order(self, door: Door):
        ada, bo = door.tickets()
        Participant.objects.filter(pk=ada.participant_id).update(name="Åse Lund")
        Participant.objects.filter(pk=bo.participant_id).update(name="Ærø Lund")
        assert self.names(door, "lund") == ["Ærø Lund", "Åse Lund"]
        assert self.names(door, "åse") == ["Åse Lund"]

    @pytest.mark.parametrize("text", ["", " ", "%", "_", "\\", "Nobody", "ada@example.com", "Skovvej", "1990", "8000"])
    def test_not_by_what_the_door_may_not_see(self, door: Door, text: str):
        found = search(event=door.event, text=text)
        assert (found.tickets, found.unpaid) == ((), ())

    def test_an_unpaid_order_is_found_by_buyer_holder_and_reference(self, door: Door, now):
        allow_paying(door)
        order = order_of(door.world, now, Wish(door.world.day.pk, 2), method="door")
        for text in ("ada", "bo lund", order.reference):
            [unpaid] = search(event=door.event, text=text).unpaid
            assert (unpaid.reference, unpaid.amount, unpaid.at_door) == (order.reference, 28000, True)

    def test_beds_and_other_events_are_not_listed(self, door: Door):
        assert len(self.names(door, "lund")) == 2
        assert search(event=make_event(door.world.organization, slug="another"), text="lund").tickets == ()

    def test_the_number_of_statements_does_not_grow(self, door: Door, now, django_assert_num_queries):
        for _ in range(3):
            paid_order(door.world, now, Wish(door.world.day.pk, 1))
        with django_assert_num_queries(2):
            search(event=door.event, text="lund")
