"""Why somebody is not let in, in words for the crew. Raised by `actions/check_in.py`."""

from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.core.clock import copenhagen_day
from conbillet.core.formats import format_day, format_moment, format_time
from conbillet.organizations.models import RoleKind

from .at_door import TicketAtDoor


class NotAdmitted(Exception):
    """`reason` is a fixed word for scripts; `message()` is for the crew; `ticket` is there when it is one of ours."""

    reason = ""
    text: str | Promise = ""

    def __init__(self, ticket: TicketAtDoor | None = None) -> None:
        super().__init__(self.reason)
        self.ticket = ticket

    def message(self, language: str) -> str:
        return str(self.text)


class UnknownCode(NotAdmitted):
    reason = "unknown"
    text = _("We know no ticket with this code.")


class Unreadable(UnknownCode):
    reason = "unreadable"
    text = _("This is not a ConBillet ticket, or it was read badly. Try again.")


class Forged(NotAdmitted):
    """The signature is wrong, or made with a key that is not ours."""

    reason = "forged"
    text = _("This code was not made by us. It is forged, or from another system.")


class OtherEvent(NotAdmitted):
    """`event_name` is empty when it is none of this association's events."""

    reason = "other_event"

    def __init__(self, event_name: str = "", ticket: TicketAtDoor | None = None) -> None:
        super().__init__(ticket)
        self.event_name = event_name

    def message(self, language: str) -> str:
        if self.event_name:
            return str(_("The ticket is for %(event)s.") % {"event": self.event_name})
        return str(_("The ticket is for another convention."))


class Transferred(NotAdmitted):
    reason = "transferred"
    text = _("This code no longer works: the ticket was issued anew. Ask for the newest one.")


class Voided(NotAdmitted):
    reason = "voided"
    text = _("The ticket has been cancelled.")


class Refunded(Voided):
    reason = "refunded"
    text = _("The ticket has been refunded.")


class EventCalledOff(NotAdmitted):
    reason = "event_cancelled"
    text = _("The event has been called off. Nobody is let in.")


class NotPaid(NotAdmitted):
    """`order_reference` names the order that is to be paid."""

    reason = "not_paid"
    text = _("The order has not been paid.")

    def __init__(self, order_reference: str, ticket: TicketAtDoor | None = None) -> None:
        super().__init__(ticket)
        self.order_reference = order_reference


class WrongDay(NotAdmitted):
    """A day ticket is valid on its own Copenhagen day, from midnight to midnight."""

    reason = "wrong_day"

    def __init__(self, valid_on: date, ticket: TicketAtDoor) -> None:
        super().__init__(ticket)
        self.valid_on = valid_on

    def message(self, language: str) -> str:
        return str(_("The ticket is only valid on %(day)s.") % {"day": format_day(self.valid_on, language, "weekday")})


class DoesNotAdmit(NotAdmitted):
    """A bed or a meal: it belongs to somebody who has an entrance ticket too."""

    reason = "no_entrance"
    text = _("This is no entrance ticket.")


class AlreadyIn(NotAdmitted):
    """`since` is when the holder was let in, `role` the role of whoever did it (empty when it is gone)."""

    reason = "already_in"

    def __init__(self, since: datetime, role: str, now: datetime, ticket: TicketAtDoor) -> None:
        super().__init__(ticket)
        self.since, self.role = since, role
        self.today = copenhagen_day(since) == copenhagen_day(now)

    def message(self, language: str) -> str:
        when = format_time(self.since, language) if self.today else format_moment(self.since, language)
        if self.role not in RoleKind.values:
            return str(_("Already in, since %(when)s.") % {"when": when})
        by = RoleKind(self.role).label.lower()
        return str(_("Already in, since %(when)s, let in by %(role)s.") % {"when": when, "role": by})
