"""The deletion calendar: what goes when and by which law, what went, and who was deleted (by order number only)."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.privacy.retention.calendar import Going, calendar_of
from conbillet.privacy.retention.rules import RULES
from conbillet.web.pages import office_page


@require_safe
@office_page(Permission.SEE_OFFICE)
def retention(request: HttpRequest, standing: Standing) -> HttpResponse:
    calendar = calendar_of(organization=standing.organization, now=clock.now())
    years = [
        (year, [(month, list(ofs)) for month, ofs in groupby(goings, key=lambda going: going.month)])
        for year, goings in groupby(calendar.coming, key=_year)
    ]
    return render(request, "office/retention.html", {"years": years, "calendar": calendar, "rules": RULES})


def _year(going: Going) -> int:
    return going.month.year
