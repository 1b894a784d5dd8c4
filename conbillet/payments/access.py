"""The only way by which a page obtains a payment or refund: as somebody who acts for its association."""

from conbillet.core.actor import Actor, ActorKind
from conbillet.organizations.access import NotAllowed, NotFound
from conbillet.organizations.permissions import Permission, allowed

from .models import ConnectedAccount, Payment, Refund


def get_payment_for(*, actor: Actor, reference: str) -> Payment:
    """A payment of the actor's association. Raises NotFound, or NotAllowed for a role that does not see money."""
    organization_id = _organization(actor, Permission.SEE_MONEY)
    payment = Payment.objects.filter(organization_id=organization_id, reference=reference).first()
    if payment is None:
        raise NotFound
    return payment


def get_refund_for(*, actor: Actor, refund_id: int) -> Refund:
    """A refund of the actor's association, for somebody who may refund."""
    organization_id = _organization(actor, Permission.REFUND)
    refund = Refund.objects.select_related("payment").filter(organization_id=organization_id, pk=refund_id).first()
    if refund is None:
        raise NotFound
    return refund


def get_connected_account_for(*, actor: Actor) -> ConnectedAccount | None:
    """The account at Stripe of the actor's association, if it has one."""
    organization_id = _organization(actor, Permission.SEE_MONEY)
    return ConnectedAccount.objects.filter(organization_id=organization_id).first()


def _organization(actor: Actor, permission: Permission) -> int:
    if actor.kind is not ActorKind.ORGANIZATION or actor.organization_id is None:
        raise NotFound
    if not allowed(actor.role, permission):
        raise NotAllowed
    return actor.organization_id
