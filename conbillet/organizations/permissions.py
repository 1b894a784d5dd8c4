"""What each role may do. One table, read by the page decorator and by the access functions.

Lists of people are for those who plan the event and keep the register. Who watches the figures or the money needs no
dates of birth; the door finds the one who stands in front of it.
"""

from enum import StrEnum

from .models import RoleKind


class Permission(StrEnum):
    SEE_OFFICE = "see_office"  # dashboard, orders, lists
    EDIT_CATALOGUE = "edit_catalogue"
    EDIT_ORDERS = "edit_orders"  # resend, mend an address, cancel
    REFUND = "refund"
    REFUND_EVENT = "refund_event"  # all orders of an event at once: owner and treasurer
    SEE_MONEY = "see_money"
    ATTENDEES = "attendees"  # who comes, with the six fields, also as a file
    SEE_LOG = "see_log"  # who did what
    MEMBERS = "members"
    CHAT = "chat"  # answer in the chat of the association's own shop
    NEWS = "news"  # newsletters to those who have said yes: owner and manager
    CERTIFICATES = "certificates"  # child-protection certificates of crew: owner and member secretary
    DOOR = "door"
    EDIT_ORGANIZATION = "edit_organization"
    EDIT_ROLES = "edit_roles"


_ALL = frozenset(Permission)
_READ = frozenset({Permission.SEE_OFFICE})
PERMISSIONS: dict[str, frozenset[Permission]] = {
    RoleKind.OWNER: _ALL,
    RoleKind.MANAGER: _ALL - {Permission.EDIT_ROLES, Permission.EDIT_ORGANIZATION, Permission.REFUND_EVENT, Permission.CERTIFICATES},
    RoleKind.TREASURER: _READ
    | {
        Permission.SEE_MONEY,
        Permission.REFUND,
        Permission.REFUND_EVENT,
        Permission.EDIT_ORDERS,
        Permission.CHAT,
    },
    RoleKind.MEMBER_SECRETARY: _READ | {Permission.MEMBERS, Permission.ATTENDEES, Permission.CERTIFICATES},
    RoleKind.DOOR_CREW: frozenset({Permission.DOOR}),
    RoleKind.READ_ONLY: _READ,
}


def allowed(role: str, permission: Permission) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())
