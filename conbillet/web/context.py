"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .side_menu import side_menu


def house(request: HttpRequest) -> dict[str, Any]:
    """`operator`, `demo`, `mail_catcher_url`, `live_url`; in the office also `organization`, `side_menu`. No query."""
    standing = getattr(request, "standing", None)
    office = {"organization": standing.organization, "side_menu": side_menu(request, standing)} if standing else {}
    return {
        **office,
        "operator": settings.CONBILLET_OPERATOR,
        "demo": settings.CONBILLET_DEMO,
        "mail_catcher_url": settings.CONBILLET_MAIL_CATCHER_URL,
        "live_url": settings.CONBILLET_LIVE_URL,
    }
