"""A convention with sold tickets, and the people at its door."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from conbillet.catalogue.models import Event
from conbillet.core.actor import Actor
from conbillet.organizations.models import RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, OrderLine
from conbillet.tickets.codes import TicketCode, sign
from conbillet.tickets.keys import ticket_keys
from conbillet.tickets.models import Ticket
from tests.cast import World
from tests.purchases import ADA, BO, order_of, pay_for

# The first evening of the convention of the cast, and its first morning after.
EVENING = datetime(2026, 4, 1, 16, 32, tzinfo=UTC)


def code_of(ticket: Ticket, event: Event, *, generation: int | None = None) -> str:
    """What the ticket's QR code says."""
    said = TicketCode(event.reference, ticket.reference, generation or ticket.generation)
    return sign(said, ticket_keys().signing_key())


@dataclass
class Door:
    """An order of two people: entrance and bed for both, one shirt for the order; paid."""

    world: World
    order: Order
    crew: Actor
    now: datetime

    @property
    def event(self) -> Event:
        return self.world.event

    def tickets(self, *, admits: bool = True) -> list[Ticket]:
        return list(Ticket.objects.filter(line__order=self.order, admits=admits).order_by("pk"))

    @property
    def ticket(self) -> Ticket:
        return self.tickets()[0]

    @property
    def code(self) -> str:
        return code_of(self.ticket, self.event)

    def line(self, kind: str) -> OrderLine:
        return self.order.lines.filter(kind=kind, reverses=None).order_by("position").first()


def make_door(world: World, *, bought: datetime, now: datetime) -> Door:
    wishes = [Wish(world.adult.pk, quantity=2), Wish(world.bed.pk, quantity=2)]
    wishes.append(Wish(world.shirt.pk, 1, world.sizes["M"].pk))
    order = pay_for(order_of(world, bought, *wishes, people=(ADA, BO)), bought)
    return Door(world, order, world.actor(world.door_crew, RoleKind.DOOR_CREW), now)


def allow_paying(door: Door) -> None:
    """From now on the event's orders may be paid at the door."""
    door.event.door_allowed, door.event.version = True, door.event.version + 1
    door.event.save()


@pytest.fixture
def door(world: World, now: datetime) -> Door:
    return make_door(world, bought=now, now=EVENING)
