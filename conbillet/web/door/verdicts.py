"""The answer on the crew's screen: yes or no, why, who it is, and what to hand out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.catalogue.models import Event
from conbillet.core.formats import format_time
from conbillet.core.references import pretty
from conbillet.tickets.actions.check_in import Admission
from conbillet.tickets.ages import AgeBand
from conbillet.tickets.at_door import TicketAtDoor
from conbillet.tickets.refusals import AlreadyIn, DoesNotAdmit, NotAdmitted, NotPaid

from .page import url_of


@dataclass(frozen=True)
class ThingShown:
    name: str
    text: str
    given: str  # when, in words; empty while it waits


@dataclass(frozen=True)
class Verdict:
    """`kind`: yes, no, or again (no, but for a reason that is nobody's fault). `ticket` is its reference.

    `may_undo` says that the ticket is in now. `pay_url` leads to where the order is paid.
    """

    kind: str
    title: str
    why: str = ""
    reason: str = ""
    badge_name: str = ""
    name: str = ""
    product: str = ""
    age: str = ""
    age_band: str = ""
    notes: tuple[str, ...] = ()
    things: tuple[ThingShown, ...] = ()
    ticket: str = ""
    may_undo: bool = False
    pay_url: str = ""
    at: str = ""

    def as_json(self) -> dict[str, Any]:
        # By hand: `dataclasses.asdict` copies everything deeply, which takes a fifth of a millisecond.
        return {**vars(self), "things": [vars(thing) for thing in self.things]}


def admitted(admission: Admission) -> Verdict:
    return Verdict("yes", _("Yes"), may_undo=True, at=_clock(admission.at), **_about(admission.ticket))


def refused(no: NotAdmitted, event: Event) -> Verdict:
    again = isinstance(no, AlreadyIn | DoesNotAdmit)
    return Verdict(
        "again" if again else "no",
        _("No"),
        why=no.reason,
        reason=no.message(get_language() or "da"),
        may_undo=isinstance(no, AlreadyIn),
        pay_url=url_of("pay", event, no.order_reference) if isinstance(no, NotPaid) else "",
        **(_about(no.ticket) if no.ticket else {}),
    )


def things_of(ticket: TicketAtDoor) -> tuple[ThingShown, ...]:
    return tuple(
        ThingShown(thing.name, thing.text, _clock(thing.handed_out_at) if thing.handed_out_at else "")
        for thing in ticket.things
    )


def notes_of(ticket: TicketAtDoor) -> tuple[str, ...]:
    return tuple(_("Also has: %(thing)s") % {"thing": bed} for bed in ticket.beds)


def age_label(band: AgeBand) -> str:
    """The band in words."""
    return {
        AgeBand.CHILD: _("Under 15"),
        AgeBand.TEENAGER: _("15 to 17 years"),
        AgeBand.ADULT: _("18 or over"),
        AgeBand.UNKNOWN: _("Age not stated"),
    }[band]


def undo_reasons() -> list[str]:
    """Why a check-in is usually taken back; other reasons are typed."""
    return [
        _("Scanned by mistake"),
        _("The holder did not come in"),
        _("The wrong person"),
        _("We were only trying it"),
    ]


def _about(ticket: TicketAtDoor) -> dict[str, Any]:
    return {
        "badge_name": ticket.badge_name or ticket.name or pretty(ticket.reference),
        "name": ticket.name if ticket.badge_name else "",
        "product": ticket.product,
        "age": age_label(ticket.age_band) if ticket.name or ticket.age_band else "",
        "age_band": ticket.age_band.value,
        "notes": notes_of(ticket),
        "things": things_of(ticket),
        "ticket": ticket.reference,
    }


def _clock(at: datetime) -> str:
    return format_time(at, get_language())
