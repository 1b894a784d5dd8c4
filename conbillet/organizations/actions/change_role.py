"""Give somebody another role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Role, RoleKind


class LastOwner(Exception):
    """An association always has an owner."""

    message = _("An association needs an owner. Make somebody else owner first.")

    def __str__(self) -> str:
        return str(self.message)


def lock_role(role: Role) -> Role:
    """The role as it is now, locked after the association's owners, so that two owners cannot both step down.

    Raises Role.DoesNotExist when it has gone meanwhile.
    """
    owners = Role.objects.filter(organization_id=role.organization_id, kind=RoleKind.OWNER)
    list(owners.select_for_update().order_by("pk"))
    return Role.objects.select_for_update().get(pk=role.pk, organization_id=role.organization_id)


def refuse_last_owner(role: Role) -> None:
    """Raises LastOwner when nobody else owns the association. Call it with the owners locked."""
    others = Role.objects.filter(organization_id=role.organization_id, kind=RoleKind.OWNER).exclude(pk=role.pk)
    if role.kind == RoleKind.OWNER and not others.exists():
        raise LastOwner


@transaction.atomic
def change_role(*, role: Role, kind: str, actor: Actor, now: datetime) -> Role:
    """The person has the role `kind` from now on. Raises LastOwner."""
    wanted, role = RoleKind(kind), lock_role(role)
    if wanted == role.kind:
        return role
    refuse_last_owner(role)
    before = role.kind
    role.kind, role.granted_at, role.granted_by_id = wanted, now, actor.person_id
    role.save(update_fields=["kind", "granted_at", "granted_by"])
    audit.record(
        action="role_changed", actor=actor, now=now, organization_id=role.organization_id,
        object_kind="role", object_reference=str(role.pk), subject=role.person_id, before=before, after=wanted,
    )  # fmt: skip
    return role
