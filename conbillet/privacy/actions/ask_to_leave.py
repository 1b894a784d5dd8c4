"""An association is to leave: agreed to by an owner, or by an officer of ours with a reason; and taken back."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import copenhagen_day
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization, RoleKind

from ..departure import obstacles, remove
from ..models import Departure

# Time to look at the package, and to change one's mind.
AT_LEAST = timedelta(days=14)
AT_MOST = timedelta(days=365)


class CannotLeave(Exception):
    """`field` and `message` say why, for beside the field."""

    def __init__(self, field: str, message: Any) -> None:
        super().__init__(str(message))
        self.field, self.message = field, message


@transaction.atomic
def ask_to_leave(*, organization: Organization, delete_on: date, reason: str, actor: Actor, now: datetime) -> Departure:
    """The departure, agreed to. Raises CannotLeave."""
    list(Organization.objects.select_for_update().filter(pk=organization.pk))
    by_owner = (
        actor.kind is ActorKind.ORGANIZATION
        and actor.organization_id == organization.pk
        and actor.role == RoleKind.OWNER
    )
    if not by_owner and actor.kind is not ActorKind.STAFF:
        raise CannotLeave("__all__", _("Only an owner can say this for the association."))
    if not by_owner and len(reason.split()) < 4:
        raise CannotLeave("reason", _("No owner has agreed here: write why the association leaves all the same, and who said so."))  # fmt: skip
    if current_departure(organization) is not None:
        raise CannotLeave("__all__", _("It is leaving already."))
    today = copenhagen_day(now)
    if not today + AT_LEAST <= delete_on <= today + AT_MOST:
        raise CannotLeave("delete_on", _("Choose a day between 14 days and a year from now."))
    for obstacle in obstacles(organization, now=now):
        raise CannotLeave("__all__", obstacle)
    departure = Departure.objects.create(
        reference=new_reference(),
        organization=organization,
        title=organization.name,
        cvr=organization.cvr,
        asked_at=now,
        agreed_at=now,
        agreed_by_id=actor.person_id,
        by_owner=by_owner,
        reason=reason if not by_owner else "",
        delete_on=delete_on,
    )
    _record("departure_agreed", departure, actor, now)
    return departure


@transaction.atomic
def stay_after_all(*, departure: Departure, actor: Actor, now: datetime) -> Departure:
    """Take it back, at any time before the day. Raises CannotLeave when it is too late, or not theirs to say."""
    locked = Departure.objects.select_for_update().get(pk=departure.pk)
    theirs = (
        actor.kind is ActorKind.ORGANIZATION
        and actor.organization_id == locked.organization_id
        and actor.role == RoleKind.OWNER
    )
    if not theirs and actor.kind is not ActorKind.STAFF:
        raise CannotLeave("__all__", _("Only an owner can say this for the association."))
    if locked.deleted_at is not None:
        raise CannotLeave("__all__", _("It is deleted already."))
    if locked.withdrawn_at is None:
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
        remove(locked)
        _record("departure_withdrawn", locked, actor, now)
    return locked


def current_departure(organization: Organization) -> Departure | None:
    """The departure that is under way."""
    return Departure.objects.filter(organization=organization, withdrawn_at=None, deleted_at=None).first()


def _record(action: str, departure: Departure, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=None,  # the association's own log goes with it
        object_kind="departure",
        object_reference=departure.reference,
    )
