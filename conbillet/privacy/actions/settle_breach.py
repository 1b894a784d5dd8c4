"""What became of a breach: reported to the authority or not and why, persons told or not and why, closed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Breach
from .describe_breach import BreachClosed


class CannotSettle(Exception):
    """`field` and `message` say what is missing, for beside the field."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__(str(message))
        self.field, self.message = field, message


@transaction.atomic
def settle_breach(*, breach: Breach, actor: Actor, now: datetime) -> Breach:
    """Close the record: only when both questions of the law are answered. Raises CannotSettle or BreachClosed."""
    locked = _open(breach)
    if locked.risk == Breach.Risk.UNKNOWN:
        raise CannotSettle("risk", _("Say first how big the risk is."))
    if not locked.is_settled:
        raise CannotSettle("report", _("Write down that the authority was told, or why it was not."))
    if locked.risk == Breach.Risk.HIGH and locked.persons_told_at is None and not locked.not_told_why:
        raise CannotSettle("tell", _("The risk is high: tell the persons, or write down why not."))
    locked.closed_at = now
    locked.save(update_fields=["closed_at"])
    _record("breach_closed", locked, actor, now)
    return locked


@transaction.atomic
def report_breach(
    *, breach: Breach, reported_at: datetime, number: str, late_why: str, actor: Actor, now: datetime
) -> Breach:
    """Write down that the authority was told; after 72 hours the reasons belong to it (GDPR art. 33(1)).

    Raises CannotSettle or BreachClosed.
    """
    locked = _open(breach)
    if reported_at > now:
        raise CannotSettle("reported_at", _("This is still to come."))
    if reported_at < locked.discovered_at:
        raise CannotSettle("reported_at", _("This is before the breach was noticed."))
    if reported_at > locked.report_by_at and not late_why.strip():
        raise CannotSettle("late_why", _("It was later than 72 hours: say why."))
    locked.reported_at, locked.report_number, locked.late_why = reported_at, number, late_why
    locked.not_reported_why = ""
    locked.save(update_fields=["reported_at", "report_number", "late_why", "not_reported_why"])
    _record("breach_reported", locked, actor, now)
    return locked


@transaction.atomic
def leave_unreported(*, breach: Breach, why: str, actor: Actor, now: datetime) -> Breach:
    """Write down why the authority is not told: only where a risk is unlikely. Raises CannotSettle or BreachClosed."""
    locked = _open(breach)
    if locked.risk != Breach.Risk.UNLIKELY:
        raise CannotSettle("not_reported_why", _("Only a breach that is unlikely to be a risk may go unreported."))
    if len(why.split()) < 3:
        raise CannotSettle("not_reported_why", _("Say why a risk is unlikely. The authority may ask to read it."))
    locked.not_reported_why = why
    locked.save(update_fields=["not_reported_why"])
    _record("breach_left_unreported", locked, actor, now)
    return locked


@transaction.atomic
def start_telling(*, breach: Breach, actor: Actor, now: datetime) -> Breach:
    """Let the worker write to everybody whom it concerns, in the language of each. Raises CannotSettle or BreachClosed.

    May be pressed again when more persons were added: who has the letter does not get it twice.
    """
    locked = _open(breach)
    if not locked.told_da.strip() or not locked.told_en.strip():
        raise CannotSettle("told_da", _("Write what the persons are told, in Danish and in English."))
    if not locked.subjects.filter(told_at=None).exists():
        raise CannotSettle("tell", _("There is nobody to tell: choose first whom it concerns."))
    locked.telling_at, locked.not_told_why = now, ""
    locked.save(update_fields=["telling_at", "not_told_why"])
    announce("breach_tell", breach=locked.pk)
    _record("breach_persons_told", locked, actor, now, people=locked.subjects.count())
    return locked


@transaction.atomic
def leave_untold(*, breach: Breach, why: str, actor: Actor, now: datetime) -> Breach:
    """Write down why the persons are not told (GDPR art. 34(3)). Raises CannotSettle or BreachClosed."""
    locked = _open(breach)
    if locked.telling_at is not None:
        raise CannotSettle("not_told_why", _("They are told already."))
    if len(why.split()) < 3:
        raise CannotSettle("not_told_why", _("Say why: the data could not be read, say, or the danger is over."))
    locked.not_told_why = why
    locked.save(update_fields=["not_told_why"])
    _record("breach_left_untold", locked, actor, now)
    return locked


def _open(breach: Breach) -> Breach:
    locked = Breach.objects.select_for_update().get(pk=breach.pk)
    if locked.closed_at is not None:
        raise BreachClosed
    return locked


def _record(action: str, breach: Breach, actor: Actor, now: datetime, people: int = 0) -> None:
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="breach",
        object_reference=breach.reference,
        people=people,
    )
