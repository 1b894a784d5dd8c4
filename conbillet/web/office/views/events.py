"""An association's events: the list, the overview of one, its facts, its picture, its states, and copies."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.catalogue.access import get_event
from conbillet.catalogue.actions.cancel_event import cancel_event
from conbillet.catalogue.actions.close_event import close_event
from conbillet.catalogue.actions.copy_event import copy_event
from conbillet.catalogue.actions.create_event import create_event
from conbillet.catalogue.actions.publish_event import publish_event
from conbillet.catalogue.actions.set_picture import set_picture
from conbillet.catalogue.actions.update_event import update_event
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event, ProductKind
from conbillet.catalogue.pictures import renditions
from conbillet.catalogue.queries import event_page, office_events
from conbillet.catalogue.warnings import blockers
from conbillet.core import clock
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission, allowed
from conbillet.web.pages import office_page
from conbillet.web.shop.event_page import event_context
from conbillet.workflows.money_back import money_back

from ..event_forms import CopyForm, EventForm, PictureForm, StoryForm, take_errors
from ..event_warnings import setup_of

View = Callable[..., HttpResponse]


def event_view(permission: Permission) -> Callable[[View], View]:
    """An office page about one event: `view(request, standing, event, **rest)`; another association's is not found."""

    def decorate(view: View) -> View:
        @office_page(permission)
        @wraps(view)
        def page(request: HttpRequest, standing: Standing, event: str, **rest: Any) -> HttpResponse:
            try:
                return view(request, standing, get_event(standing=standing, slug=event), **rest)
            except NotFound:
                raise Http404 from None

        return page

    return decorate


def may_edit(standing: Standing) -> bool:
    return allowed(standing.actor.role, Permission.EDIT_CATALOGUE)


def to_event(event: Event, name: str = "office:event") -> HttpResponse:
    return redirect(name, organization=event.organization.slug, event=event.slug)


@require_safe
@office_page(Permission.SEE_OFFICE)
def events(request: HttpRequest, standing: Standing) -> HttpResponse:
    """All events, the latest first."""
    found = office_events(organization=standing.organization)
    return render(request, "office/events/list.html", {"events": found, "may_edit": may_edit(standing)})


@require_http_methods(["GET", "POST"])
@office_page(Permission.EDIT_CATALOGUE)
def new(request: HttpRequest, standing: Standing) -> HttpResponse:
    """A new convention from a few answers."""
    form = StoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            event = create_event(
                organization=standing.organization, story=form.story(), actor=standing.actor, now=clock.now()
            )
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Here is your draft. Look it through, and publish it when you are ready."))
            return to_event(event)
    return render(request, "office/events/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@event_view(Permission.SEE_OFFICE)
def overview(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """One event: what is wrong, what it sells, how full it is."""
    found, warnings = setup_of(event, standing.organization)
    pictures = renditions(str(event.picture or ""))
    context = {
        "found": found,
        "event": event,
        "may_edit": may_edit(standing),
        "may_see_money": allowed(standing.actor.role, Permission.SEE_MONEY),
        "may_see_attendees": allowed(standing.actor.role, Permission.ATTENDEES),
        "warnings": warnings,
        "stops": bool(blockers(warnings)),
        "kinds": ProductKind.choices,
        "picture": pictures[0][0] if pictures else "",
    }
    if event.state == Event.State.CANCELLED and allowed(standing.actor.role, Permission.REFUND_EVENT):
        context["money_back"] = money_back(event=event, dues=False, donations=False)
    return render(request, "office/events/overview.html", context)


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def edit(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    form = EventForm(request.POST or None, event=event)
    if request.method == "POST" and form.is_valid():
        try:
            event = update_event(event=event, values=form.cleaned_data, actor=standing.actor, now=clock.now())
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return to_event(event)
    return render(
        request, "office/events/edit.html", {"form": form, "event": event}, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def picture(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """A new picture, another description of it, or none."""
    form = PictureForm(request.POST or None, request.FILES or None, initial={"alt": event.picture_alt})
    if request.method == "POST" and form.is_valid():
        upload, alt = form.cleaned_data["picture"], form.cleaned_data["alt"]
        now, actor = clock.now(), standing.actor
        try:
            if upload is not None:
                set_picture(event=event, upload=upload, size=upload.size, alt=alt, actor=actor, now=now)
            elif "remove" in request.POST:
                set_picture(event=event, upload=None, alt="", actor=actor, now=now)
            else:
                update_event(event=event, values={"picture_alt": alt}, actor=actor, now=now)
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return to_event(event)
    pictures = renditions(str(event.picture or ""))
    context = {"form": form, "event": event, "picture": pictures[-1][0] if pictures else ""}
    return render(request, "office/events/picture.html", context, status=422 if request.method == "POST" else 200)


_STATES = {
    "publish": (publish_event, gettext_lazy("The event is open to everybody.")),
    "close": (close_event, gettext_lazy("The sale is closed.")),
    "cancel": (cancel_event, gettext_lazy("The event is cancelled.")),
}


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def state(request: HttpRequest, standing: Standing, event: Event, do: str) -> HttpResponse:
    """Publish, close or cancel: what it means is shown first, and done after that."""
    if do not in _STATES:
        raise Http404
    verb, done = _STATES[do]
    refused = ""
    if request.method == "POST":
        try:
            verb(event=event, actor=standing.actor, now=clock.now())
        except CannotChange as refusal:
            refused = refusal.message
        else:
            messages.success(request, done)
            return to_event(event)
    found, warnings = setup_of(event, standing.organization)
    taken = sum(quota.sold for quota in found.quotas), sum(quota.held for quota in found.quotas)
    context = {
        "event": event,
        "found": found,
        "do": do,
        "sold": taken[0],
        "held": taken[1],
        "refused": refused,
        "warnings": warnings,
        "stops": bool(blockers(warnings)),
    }
    return render(request, "office/events/state.html", context, status=409 if refused else 200)


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def copy(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """The same again, on other days. 52 weeks later is the same weekday."""
    form = CopyForm(request.POST or None, event=event, suggested=event.starts_on + timedelta(weeks=52))
    if request.method == "POST" and form.is_valid():
        try:
            made = copy_event(event=event, actor=standing.actor, now=clock.now(), **form.cleaned_data)
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Here is the copy, as a draft. Nothing in it is sold."))
            return redirect("office:event", organization=standing.organization.slug, event=made.slug)
    return render(
        request, "office/events/copy.html", {"form": form, "event": event}, status=422 if form.is_bound else 200
    )


@require_safe
@event_view(Permission.SEE_OFFICE)
def preview(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """The public page as it will be, for those who work on it."""
    found = event_page(
        organization_slug=standing.organization.slug, event_slug=event.slug, now=clock.now(), drafts=True
    )
    return render(request, "shop/event.html", event_context(found, preview=True))
