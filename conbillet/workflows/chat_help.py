"""What a visitor may do with their order from inside the chat: the journeys that there are, and a line in the chat for each.

Only for whoever bought it and is logged in, or who came by the order's own link, as long as that link holds.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.sales.models import Order, Participant
from conbillet.support.actions.attach_order import may_act_on_order
from conbillet.support.actions.say import locked_chat, note
from conbillet.support.models import Chat, ChatMessage

from .order_care import give_up, send_again
from .order_service import rename_holder

Event = ChatMessage.Event


class CannotHelp(Exception):
    """`message` says why, fit for the visitor."""

    message = _("This cannot be done here. Ask in the chat.")

    def __str__(self) -> str:
        return str(self.message)


class NothingToSend(CannotHelp):
    message = _("There is nothing to send for this order.")


class PaidMeanwhile(CannotHelp):
    message = _("The order is paid, so it cannot be cancelled here. Ask in the chat.")


def own_order(chat: Chat) -> Order | None:
    """The order that the visitor may do something with."""
    return chat.order if may_act_on_order(chat) else None


def renameable(order: Order, *, now: datetime) -> list[Participant]:
    """Those on the order whose names the buyer may change: their own tickets, and those nobody has taken over yet, until
    the event begins."""
    if order.state != Order.State.PAID or order.event.starts_on <= copenhagen_day(now):
        return []
    people = Participant.objects.filter(order=order).order_by("pk")
    return [one for one in people if one.person_id is None or one.person_id == order.buyer_id]


def resend_from_chat(*, chat: Chat, now: datetime) -> None:
    """The order's mail once more, to the buyer's address. Raises CannotHelp or TooManyMails."""
    order = _order(chat)
    if not send_again(order=order, now=now):
        raise NothingToSend
    _note(chat, Event.RESENT, now)


@transaction.atomic
def rename_from_chat(*, chat: Chat, participant: int, name: str, actor: Actor, now: datetime) -> None:
    """Another name on a ticket, which gets a new code and is sent again. Raises CannotHelp or CannotRename."""
    order = _order(chat)
    person = next((one for one in renameable(order, now=now) if one.pk == participant), None)
    if person is None:
        raise CannotHelp
    rename_holder(participant=person, name=name, badge_name=person.badge_name, actor=actor, now=now)
    _note(chat, Event.RENAMED, now)


def cancel_from_chat(*, chat: Chat, actor: Actor, now: datetime) -> None:
    """Give up an order that is not paid. Calls Stripe, so outside any transaction. Raises CannotHelp or CannotCheckOut."""
    order = _order(chat)
    if order.state != Order.State.AWAITING_PAYMENT or not give_up(order=order, actor=actor, now=now):
        raise PaidMeanwhile
    _note(chat, Event.CANCELLED, now)


def _order(chat: Chat) -> Order:
    order = own_order(chat)
    if order is None:
        raise CannotHelp
    return order


@transaction.atomic
def _note(chat: Chat, event: str, now: datetime) -> None:
    locked = locked_chat(chat)
    if locked.state != Chat.State.CLOSED:
        note(chat=locked, event=event, now=now)
