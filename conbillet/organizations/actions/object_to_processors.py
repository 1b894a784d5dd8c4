"""An owner objects, for the association, to a change of sub-processors that has been announced."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Organization, ProcessorObjection, RoleKind


class CannotObject(Exception):
    """The objection cannot be written down; the message says why."""


@transaction.atomic
def object_to_processors(
    *, organization: Organization, version: str, reason: str, actor: Actor, now: datetime
) -> ProcessorObjection:
    """Written down once a version, with its reason; the operator is mailed. Raises CannotObject."""
    if actor.role != RoleKind.OWNER:
        raise CannotObject(_("Only an owner can object for the association."))
    if not reason.strip():
        raise CannotObject(_("Say why, so that we can answer."))
    values = {"reason": reason.strip(), "by_id": actor.person_id, "at": now}
    row, new = ProcessorObjection.objects.get_or_create(organization=organization, version=version, defaults=values)
    if new:
        announce("processors_objected", objection=row.pk)
        audit.record(
            action="processors_objected", actor=actor, now=now, organization_id=organization.pk,
            object_kind="processors", object_reference=version,
        )  # fmt: skip
    return row
