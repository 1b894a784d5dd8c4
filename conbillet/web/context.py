"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """`operator`, `demo`, `mail_catcher_url`, `live_url`: settings only, no query."""
    return {
        "operator": settings.CONBILLET_OPERATOR,
        "demo": settings.CONBILLET_DEMO,
        "mail_catcher_url": settings.CONBILLET_MAIL_CATCHER_URL,
        "live_url": settings.CONBILLET_LIVE_URL,
    }
