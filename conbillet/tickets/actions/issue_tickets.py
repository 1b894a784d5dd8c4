"""Make one ticket for every line of a paid order that entitles somebody to something."""

from collections.abc import Sequence
from datetime import datetime

from conbillet.catalogue.models import ADMITTING_KINDS, ProductKind
from conbillet.core import rows
from conbillet.core.references import new_reference
from conbillet.sales.models import Order, OrderLine

from ..models import Ticket

# A membership and a donation are not shown at a door; a T-shirt is handed out with the order.
TICKET_KINDS = ADMITTING_KINDS | {ProductKind.SLEEPING, ProductKind.MEAL}


def issue_tickets(*, order: Order, lines: Sequence[OrderLine], now: datetime) -> list[Ticket]:
    """Exactly one ticket a line (I4): the database refuses a second one. Called once, by the confirmation of payment."""
    return [
        rows.create(
            Ticket,
            organization_id=order.organization_id,
            event_id=order.event_id,
            line_id=line.pk,
            participant_id=line.participant_id,
            reference=new_reference(),
            access_key=new_reference(24),
            admits=line.kind in ADMITTING_KINDS,
            issued_at=now,
        )
        for line in lines
        if line.kind in TICKET_KINDS and line.amount >= 0
    ]
