"""An order's history in words, from the audit log: what, when, and by whom in which role; never a name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conbillet.core import audit
from conbillet.core.actor import ActorKind
from conbillet.core.keys import KeyDestroyed, SealBroken
from conbillet.core.models import AuditEntry
from conbillet.organizations.models import RoleKind

ACTIONS = {
    "order_placed": gettext_lazy("Order placed"),
    "order_paid": gettext_lazy("Paid"),
    "order_paid_at_door": gettext_lazy("Paid at the door"),
    "payment_received": gettext_lazy("Payment confirmed"),
    "order_cancelled": gettext_lazy("Cancelled"),
    "order_expired": gettext_lazy("Ran out: the payment did not come in time"),
    "order_refunded": gettext_lazy("Refunded"),
    "order_attached": gettext_lazy("Found its buyer's account"),
    "order_email_confirmed": gettext_lazy("E-mail address confirmed"),
    "order_email_mended": gettext_lazy("E-mail address corrected"),
    "order_email_replaced": gettext_lazy("E-mail address replaced"),
    "participant_renamed": gettext_lazy("Name corrected"),
    "badge_name_corrected": gettext_lazy("Name on the badge corrected"),
    "order_resent": gettext_lazy("Sent again"),
    "tickets_claimed": gettext_lazy("Tickets taken over by their holder"),
    "refund_requested": gettext_lazy("Refund asked for"),
    "refund_succeeded": gettext_lazy("Money sent back"),
    "refund_failed": gettext_lazy("The refund failed"),
    "refunded_elsewhere": gettext_lazy("Refunded in Stripe's own pages"),
    "dispute_changed": gettext_lazy("Dispute with the buyer's bank"),
    "ticket_reissued": gettext_lazy("Ticket made anew"),
    "ticket_voided": gettext_lazy("Ticket made worthless"),
    "ticket_checked_in": gettext_lazy("Admitted"),
    "check_in_undone": gettext_lazy("Letting in undone"),
    "thing_handed_out": gettext_lazy("Handed out"),
    "thing_taken_back": gettext_lazy("Taken back"),
}
_HIDDEN = {"order_seen"}


@dataclass(frozen=True)
class Happening:
    """`amount` in øre, or None. `who` is a role or a kind of actor."""

    at: datetime
    what: Any
    who: Any
    amount: int | None


def history(*, organization_id: int, references: Collection[tuple[str, str]]) -> list[Happening]:
    """What the log says about these things, given as (kind, reference), the newest first; one query."""
    wanted = Q()
    for kind in {kind for kind, _reference in references}:
        wanted |= Q(object_kind=kind, object_reference__in=[reference for of, reference in references if of == kind])
    entries = AuditEntry.objects.filter(wanted, organization_id=organization_id).exclude(action__in=_HIDDEN)
    return [Happening(entry.at, _what(entry), _who(entry), _amount(entry)) for entry in entries.order_by("-at", "-id")]


def _what(entry: AuditEntry) -> Any:
    return ACTIONS.get(entry.action) or entry.action.replace("_", " ")


def _who(entry: AuditEntry) -> str:
    if entry.actor_role in RoleKind.values:
        return str(RoleKind(entry.actor_role).label)
    if entry.actor_kind == ActorKind.STAFF:
        return _("ConBillet's staff")
    return _("by itself") if entry.actor_kind == ActorKind.SYSTEM else _("the buyer")


def _amount(entry: AuditEntry) -> int | None:
    """The amount that the entry names; None when it names none, or nobody can read it (any more)."""
    try:
        amount = audit.details_of(entry).get("amount")
    except (KeyDestroyed, SealBroken):
        return None
    return amount if isinstance(amount, int) else None
