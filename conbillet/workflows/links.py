"""Addresses that we write in mails. Built from the setting, never from a request's Host header."""

import hashlib
import hmac

from django.conf import settings

from conbillet.organizations.models import Invitation
from conbillet.organizations.tokens import invitation_token
from conbillet.sales.models import Order, Participant
from conbillet.support.models import Case
from conbillet.tickets.models import Ticket


def order_link(order: Order) -> str:
    """The order's own link, which opens it without signing in."""
    return f"{settings.CONBILLET_BASE_URL}/order/{order.reference}/{order.access_key}/"


def mailed_order_link(order: Order) -> str:
    """The same link as it stands in mails to the buyer: whoever opens it has read that mail, so the address is theirs."""
    return f"{order_link(order)}?mail={mail_proof(order)}"


def mail_proof(order: Order) -> str:
    """What only a mail to the order's present e-mail address says. Another address has another proof."""
    text = f"order mail {order.reference} {order.access_key} {order.buyer_email.lower()}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def ticket_link(ticket: Ticket) -> str:
    """One ticket on the phone."""
    return f"{settings.CONBILLET_BASE_URL}/ticket/{ticket.reference}/{ticket.access_key}/"


def participant_link(person: Participant, order: Order | None = None) -> str:
    """Where somebody opens the tickets that another bought for them, and may claim them. Give the order if you have it."""
    return f"{settings.CONBILLET_BASE_URL}/tickets/{(order or person.order).reference}/{person.claim_key}/"


def invitation_link(invitation: Invitation) -> str:
    """Where somebody accepts an invitation, with the invited address proven."""
    token = invitation_token(
        organization_id=invitation.organization_id, email=invitation.email, created_at=invitation.created_at
    )
    return f"{settings.CONBILLET_BASE_URL}/invitation/{token}/"


def case_link(case: Case) -> str:
    """Where somebody who wrote to us shows who they are, without an account."""
    return f"{settings.CONBILLET_BASE_URL}/help/case/{case.reference}/{case.access_key}/"
