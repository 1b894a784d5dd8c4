"""Write down that the security of personal data was broken: from when it was noticed, 72 hours run."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization

from ..models import Breach

REPORT_WITHIN = timedelta(hours=72)  # GDPR art. 33(1); hours of the clock, nights and weekends included


class CannotOpenBreach(Exception):
    """`field` and `message` say what is wrong, for beside the field."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__(str(message))
        self.field, self.message = field, message


@transaction.atomic
def open_breach(
    *,
    discovered_at: datetime,
    noticed_by: str,
    happened: str,
    organization: Organization | None,
    actor: Actor,
    now: datetime,
) -> Breach:
    """The record; everything else is filled in as it becomes known. Raises CannotOpenBreach."""
    if actor.kind is not ActorKind.STAFF:
        raise CannotOpenBreach("__all__", _("Only the platform's staff can write a breach down."))
    if discovered_at > now:
        raise CannotOpenBreach("discovered_at", _("This is still to come."))
    if not happened.strip():
        raise CannotOpenBreach("happened", _("Write what happened, as far as you know it."))
    breach = Breach.objects.create(
        reference=new_reference(),
        organization=organization,
        discovered_at=discovered_at,
        report_by_at=discovered_at + REPORT_WITHIN,
        noticed_by=noticed_by,
        happened=happened,
        written_by_id=actor.person_id,
        written_at=now,
    )
    audit.record(
        action="breach_opened",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="breach",
        object_reference=breach.reference,
    )
    return breach
