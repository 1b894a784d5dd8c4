"""How ConBillet's own pages are used."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.usage.queries import site_use
from conbillet.usage.steps import SitePage
from conbillet.usage.stretches import FLOOR
from conbillet.web.funnel import FunnelRow
from conbillet.web.use_charts import by_day, languages_of

from ..pages import Staff, desk, desk_page


@require_safe
@desk_page
def use(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Counts without persons, of the last 90 days that are over; each association sees those of its own events."""
    found = site_use(now=clock.now())
    drawn = (SitePage.FRONT, SitePage.HELP, SitePage.POLICY)
    context = {
        "use": found,
        "floor": FLOOR,
        "pages": [FunnelRow(one.label, one.times or None, None, languages_of(one)) for one in found.pages],
        "chart": by_day(found.days, [(page.label, found.by_day[page.value]) for page in drawn]),
    }
    return desk(request, "desk/use.html", context)
