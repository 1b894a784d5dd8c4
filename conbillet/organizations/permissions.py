"""What each role may do. One table, read by the page decorator and by the access functions."""

from enum import StrEnum

from .models import RoleKind


class Permission(StrEnum):
    SEE_OFFICE = "see_office"  # dashboard, orders, lists
    EDIT_CATALOGUE = "edit_catalogue"
    EDIT_ORDERS = "edit_orders"  # resend, mend an address, cancel
    REFUND = "refund"
    SEE_MONEY = "see_money"
    MEMBERS = "members"
    DOOR = "door"
    EDIT_ORGANIZATION = "edit_organization"
    EDIT_ROLES = "edit_roles"


_ALL = frozenset(Permission)
_READ = frozenset({Permission.SEE_OFFICE})
PERMISSIONS: dict[str, frozenset[Permission]] = {
    RoleKind.OWNER: _ALL,
    RoleKind.MANAGER: _ALL - {Permission.EDIT_ROLES, Permission.EDIT_ORGANIZATION},
    RoleKind.TREASURER: _READ | {Permission.SEE_MONEY, Permission.REFUND, Permission.EDIT_ORDERS},
    RoleKind.MEMBER_SECRETARY: _READ | {Permission.MEMBERS},
    RoleKind.DOOR_CREW: frozenset({Permission.DOOR}),
    RoleKind.READ_ONLY: _READ,
}


def allowed(role: str, permission: Permission) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())
