"""How many there are of what."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.catalogue.access import get_quota
from conbillet.catalogue.actions.add_quota import add_quota
from conbillet.catalogue.actions.remove_quota import remove_quota
from conbillet.catalogue.actions.resize_quota import resize_quota
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission

from ..event_forms import QuotaForm, take_errors
from .events import event_view, to_event


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def add(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    form = QuotaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_quota(event=event, actor=standing.actor, now=clock.now(), **form.cleaned_data)
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Added. Now choose which products take from it."))
            return to_event(event)
    return render(
        request, "office/events/quota.html", {"form": form, "event": event}, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def edit(request: HttpRequest, standing: Standing, event: Event, quota: int) -> HttpResponse:
    """More or fewer places, never below what is taken at that moment."""
    found = get_quota(event=event, number=quota)
    form = QuotaForm(request.POST or None, initial={"name": found.name, "size": found.size})
    if request.method == "POST" and form.is_valid():
        try:
            resize_quota(quota=found, actor=standing.actor, now=clock.now(), **form.cleaned_data)
        except CannotChange as refusal:
            found.refresh_from_db()
            take_errors(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return to_event(event)
    context = {"form": form, "event": event, "quota": found}
    return render(request, "office/events/quota.html", context, status=422 if form.is_bound else 200)


@require_POST
@event_view(Permission.EDIT_CATALOGUE)
def remove(request: HttpRequest, standing: Standing, event: Event, quota: int) -> HttpResponse:
    found = get_quota(event=event, number=quota)
    try:
        remove_quota(quota=found, actor=standing.actor, now=clock.now())
    except CannotChange as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Removed."))
    return to_event(event)
