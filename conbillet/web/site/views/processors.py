"""Everybody's page with the sub-processors: today's list, what is coming, and the lists so far."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.consents.queries import texts
from conbillet.core import clock
from conbillet.web.office.annexes import coming_helpers, helpers


@require_safe
def processors(request: HttpRequest) -> HttpResponse:
    """Who gets what, in which country, since when."""
    today = clock.copenhagen_day(clock.now())
    coming, rows = coming_helpers(on=today)
    lists = [one for one in reversed(texts().processors) if one.effective_on <= today]
    context = {"helpers": helpers(on=today), "coming": coming, "coming_helpers": rows, "lists": lists}
    return render(request, "site/processors.html", context)
