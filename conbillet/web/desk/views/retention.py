"""Every retention rule of the platform, when it last took something, and erasures that are waiting."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.core.erasure_ledger import LedgerBroken
from conbillet.privacy.erasure.replay import waiting
from conbillet.privacy.models import Erasure
from conbillet.privacy.retention.calendar import platform_runs

from ..pages import Staff, desk, desk_page


@require_safe
@desk_page
def retention(request: HttpRequest, staff: Staff) -> HttpResponse:
    try:
        undone, broken = len(waiting(now=clock.now())), ""
    except LedgerBroken as reason:
        undone, broken = 0, str(reason)
    erasures = Erasure.objects.order_by("-erased_at")[:50]
    context = {"runs": platform_runs(), "undone": undone, "broken": broken, "erasures": erasures}
    return desk(request, "desk/retention.html", context)
