"""Addresses that we write in mails. Built from the setting, never from a request's Host header."""

import hashlib
import hmac

from django.conf import settings

from conbillet.organizations.models import Invitation
from conbillet.sales.models import Order, Participant


def order_link(order: Order) -> str:
    """The order's own link, which opens it without signing in."""
    return f"{settings.CONBILLET_BASE_URL}/order/{order.reference}/{order.access_key}/"


def participant_link(person: Participant) -> str:
    """Where somebody opens the tickets that another bought for them, and may claim them."""
    return f"{settings.CONBILLET_BASE_URL}/ticket/{person.order.reference}/{person.claim_key}/"


def invitation_token(invitation: Invitation) -> str:
    """The secret of an invitation's link: derived from our key, so that only its hash need be stored."""
    text = f"invitation {invitation.organization_id} {invitation.email} {invitation.created_at.isoformat()}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def invitation_link(invitation: Invitation) -> str:
    return f"{settings.CONBILLET_BASE_URL}/invitation/{invitation_token(invitation)}/"
