"""Somebody no longer works for an association."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Role
from .change_role import lock_role, refuse_last_owner


@transaction.atomic
def remove_role(*, role: Role, actor: Actor, now: datetime) -> None:
    """Delete the role; from the next request on the office is closed to the person. Raises LastOwner."""
    try:
        role = lock_role(role)
    except Role.DoesNotExist:
        return
    refuse_last_owner(role)
    audit.record(
        action="role_removed", actor=actor, now=now, organization_id=role.organization_id,
        object_kind="role", object_reference=str(role.pk), subject=role.person_id, before=role.kind,
    )  # fmt: skip
    role.delete()
