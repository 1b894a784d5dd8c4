"""The event page and its calendar entry."""

from datetime import datetime

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.catalogue.queries import EventNotFound, EventPage, event_page
from conbillet.core import clock
from conbillet.usage.steps import Step
from conbillet.web.counting import note

from ..event_page import Cart, event_context, rendered_page
from ..structured import calendar_entry

VARY = "Accept-Language, Cookie, Accept-Encoding"


@require_safe
def page(request: HttpRequest, organization: str, event: str) -> HttpResponse:
    """The page of one event: one query, the rest comes out of the process. Sets no cookie."""
    now = clock.now()
    found = _found(organization, event, now)
    note(request, found.event, Step.EVENT, now=now)  # a number in the process: no query, no cookie, nobody
    cart = Cart()
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        messages = get_messages(request)
        cart = Cart(int(request.session.get("cart_count", 0)), str(request.session.get("cart_url", "")))
        if len(messages):
            return render(
                request, "shop/event.html", {**event_context(found), "cart_count": cart.count, "cart_url": cart.url}
            )
    rendered = rendered_page(found, cart=cart)
    # `request.headers` would be built from all of them first: a tenth of this page's work.
    packed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    tag = f'"{rendered.tag}{"-z" if packed else ""}"'
    response: HttpResponse
    if request.META.get("HTTP_IF_NONE_MATCH") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(rendered.packed if packed else rendered.html)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = tag
    response.headers["Vary"] = VARY
    # A cart in the header is nobody else's business; without one the page is the same for all.
    response.headers["Cache-Control"] = (
        "private, no-cache" if cart.count else "public, max-age=0, s-maxage=5, must-revalidate"
    )
    return response


@require_safe
def calendar(request: HttpRequest, organization: str, event: str) -> HttpResponse:
    """The event for the visitor's own calendar."""
    now = clock.now()
    found = _found(organization, event, now)
    response = HttpResponse(calendar_entry(found.event, now=now), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.event.slug}.ics"'
    return response


def _found(organization: str, event: str, now: datetime) -> EventPage:
    try:
        return event_page(organization_slug=organization, event_slug=event, now=now)
    except EventNotFound:
        raise Http404 from None
