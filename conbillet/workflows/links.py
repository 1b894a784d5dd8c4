"""Addresses that we write in mails. Built from the setting, never from a request's Host header."""

from django.conf import settings

from conbillet.organizations.models import Invitation
from conbillet.organizations.tokens import invitation_token
from conbillet.sales.models import Order, Participant


def order_link(order: Order) -> str:
    """The order's own link, which opens it without signing in."""
    return f"{settings.CONBILLET_BASE_URL}/order/{order.reference}/{order.access_key}/"


def participant_link(person: Participant) -> str:
    """Where somebody opens the tickets that another bought for them, and may claim them."""
    return f"{settings.CONBILLET_BASE_URL}/ticket/{person.order.reference}/{person.claim_key}/"


def invitation_link(invitation: Invitation) -> str:
    token = invitation_token(
        organization_id=invitation.organization_id, email=invitation.email, created_at=invitation.created_at
    )
    return f"{settings.CONBILLET_BASE_URL}/invitation/{token}/"
