"""How it goes: for the association, and for one event."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page

from ..figures import event_figures
from ..overview import association_overview
from .events import event_view
from .organization import next_steps


@require_safe
@office_page(Permission.SEE_OFFICE)
def home(request: HttpRequest, standing: Standing) -> HttpResponse:
    """How the association's events sell, and what needs somebody; for a new one, what comes next."""
    steps = next_steps(standing)
    context = {
        "overview": association_overview(standing=standing, now=clock.now()),
        "steps": steps if any(not step["done"] for step in steps) else [],
    }
    return render(request, "office/home.html", context)


@require_safe
@event_view(Permission.SEE_OFFICE)
def figures(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """Everything about the sales of one event."""
    found = event_figures(standing=standing, event=event, now=clock.now())
    return render(request, "office/figures.html", {"figures": found, "event": event})
