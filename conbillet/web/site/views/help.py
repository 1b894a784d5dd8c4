"""The help page with its contact form, and "send me my link again". Neither needs an account, a cookie or script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.core.rate_limits import spend
from conbillet.support.models import Case
from conbillet.usage.steps import SitePage
from conbillet.web.client_address import client_network
from conbillet.web.counting import counted
from conbillet.web.limits import limit_posts
from conbillet.web.tokenless import without_token
from conbillet.workflows.cases import receive_case
from conbillet.workflows.order_links import TooManyLinks, send_order_links

from ..forms import ContactForm, FindOrderForm
from ..help_page import askable_events, associations_of, topics
from .policy import public

HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
@counted(SitePage.HELP)
@limit_posts("contact", amount=20, seconds=HOUR)
@without_token
def help(request: HttpRequest) -> HttpResponse:
    """Questions and answers, and a form that opens a case."""
    now = clock.now()
    events = askable_events(today=clock.copenhagen_day(now))
    wanted = {"event": request.GET.get("event", ""), "kind": request.GET.get("kind", "")}
    initial = {
        "event": wanted["event"] if wanted["event"] in {event.reference for event in events} else "",
        "kind": wanted["kind"] if wanted["kind"] in Case.Kind.values else "",
    }
    form = ContactForm(request.POST or None, events=events, initial=initial)
    if request.method == "POST" and form.is_valid():
        sender = form.cleaned_data["email"]
        if not spend("contact of", sender, amount=5, seconds=HOUR, now=now):
            form.add_error(
                None, _("You have written to us several times within the hour. Wait a little, or reply to our mail.")
            )
        else:
            # A robot that took the bait is told the same as everybody.
            if not form.is_bait_taken:
                receive_case(
                    kind=form.cleaned_data["kind"],
                    name=form.cleaned_data["name"],
                    email=sender,
                    text=form.cleaned_data["text"],
                    event=form.chosen_event,
                    language=get_language() or "da",
                    actor=ANONYMOUS,
                    now=now,
                )
            return _sent(reverse("site:help"))
    return _page(
        request,
        "site/help.html",
        form,
        topics=topics(get_language() or "da"),
        associations=associations_of(events),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@counted(SitePage.HELP)
@limit_posts("find order", amount=20, seconds=HOUR)
@without_token
def find_order(request: HttpRequest) -> HttpResponse:
    """Sends the links of somebody's orders to their address. Tells nobody whether there are any."""
    form = FindOrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            send_order_links(
                email=form.cleaned_data["email"],
                language=get_language() or "da",
                network=client_network(request),
                now=clock.now(),
            )
        except TooManyLinks as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return _sent(reverse("site:find_order"))
    return _page(request, "site/find_order.html", form)


def _sent(path: str) -> HttpResponse:
    """After a POST: the same page, which says that it is done. The address says so, so that no session is needed."""
    return HttpResponse(status=303, headers={"Location": f"{path}?sent=1"})


def _page(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    context |= {"form": form, "sent": request.GET.get("sent") == "1" and not form.is_bound}
    return public(render(request, template, context, status=422 if form.is_bound else 200))
