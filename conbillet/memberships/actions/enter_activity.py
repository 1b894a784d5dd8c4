"""Write down an activity that was held, for the list by quarter."""

from datetime import date, datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.models import Organization

from ..models import Activity

MOST = 100_000
FIRST_YEAR = 1990


class CannotEnterActivity(Exception):
    """`field` is what is wrong, `message` says why, fit for whoever enters it."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(field)
        self.field, self.message = field, message


@transaction.atomic
def enter_activity(
    *, organization: Organization, held_on: date, name: str, place: str, participants: int, actor: Actor, now: datetime
) -> Activity:
    """An activity of today or before. Raises CannotEnterActivity."""
    if held_on > copenhagen_day(now):
        raise CannotEnterActivity("held_on", _("It has not been held yet."))
    if held_on.year < FIRST_YEAR:
        raise CannotEnterActivity("held_on", _("Look at the year once more."))
    if not name.strip():
        raise CannotEnterActivity("name", _("Say what was held."))
    if not 0 <= participants <= MOST:
        raise CannotEnterActivity("participants", _("Write how many came."))
    made = Activity.objects.create(
        organization=organization, held_on=held_on, name=name.strip(), place=place.strip(), participants=participants,
        entered_at=now,
    )  # fmt: skip
    audit.record(
        action="activity_entered", actor=actor, now=now, organization_id=organization.pk,
        object_kind="activity", object_reference=str(made.pk),
    )  # fmt: skip
    return made
