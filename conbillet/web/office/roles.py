"""What each role may do, in words. `organizations/permissions.py` is what counts; a test holds the two together."""

from django.utils.translation import gettext_lazy as _

from conbillet.organizations.models import RoleKind

ROLE_TEXTS = {
    RoleKind.OWNER: _("Everything, also the association's details and who works here."),
    RoleKind.MANAGER: _("Events, orders, refunds, members, newsletters and the door; not the association's details."),
    RoleKind.TREASURER: _("Orders, money and refunds."),
    RoleKind.MEMBER_SECRETARY: _("Orders and the member register."),
    RoleKind.DOOR_CREW: _("Letting people in at the door, nothing else."),
    RoleKind.READ_ONLY: _("Seeing orders and figures, changing nothing."),
}
