"""Statistics without individuals: over the years, of one event, and whether everybody may see them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission, allowed
from conbillet.statistics.actions.show_to_everybody import show_to_everybody
from conbillet.statistics.queries import is_public
from conbillet.web.pages import office_page
from conbillet.web.statistics_pages import event_page, years_page

from .events import event_view


@require_safe
@office_page(Permission.SEE_OFFICE)
def years(request: HttpRequest, standing: Standing) -> HttpResponse:
    context = {
        "years": years_page(organization=standing.organization, public=False),
        "is_public": is_public(organization_id=standing.organization.pk),
        "may_show": allowed(standing.actor.role, Permission.EDIT_ORGANIZATION),
    }
    return render(request, "office/statistics/years.html", context)


@require_safe
@event_view(Permission.SEE_OFFICE)
def of_event(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    page = event_page(event=event, today=clock.copenhagen_day(clock.now()), public=False)
    return render(request, "office/statistics/event.html", {"page": page, "event": event})


@require_POST
@office_page(Permission.EDIT_ORGANIZATION)
def show(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The owner switches the public page on or off."""
    on = request.POST.get("on") == "1"
    show_to_everybody(organization=standing.organization, on=on, actor=standing.actor, now=clock.now())
    messages.success(request, _("Everybody can see the statistics now.") if on else _("The public page is switched off."))
    return redirect("office:statistics", organization=standing.organization.slug)
