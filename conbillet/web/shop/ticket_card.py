"""What the picture of a ticket needs."""

from typing import Any

from django.utils.translation import gettext as _

from conbillet.catalogue.models import Event
from conbillet.core.references import pretty
from conbillet.tickets.models import Ticket
from conbillet.tickets.qr import qr_svg
from conbillet.workflows.documents import ticket_code


def ticket_shown(ticket: Ticket, event: Event) -> dict[str, Any]:
    """The code as a drawing and as letters, and what it is; for `shop/_ticket.html`."""
    code = pretty(ticket.reference)
    valid = ticket.voided_at is None
    label = _("The ticket's code, %(code)s") % {"code": code}
    return {
        "ticket": ticket,
        "code": code,
        "svg": qr_svg(ticket_code(ticket, event), label) if valid else "",
        "valid": valid,
        "valid_on": ticket.line.product.valid_on if ticket.line.product else None,
    }
