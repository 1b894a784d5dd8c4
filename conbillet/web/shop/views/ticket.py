"""Tickets on the phone: one by its own link, or all of a person's by the link that the buyer passed on."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.core import clock
from conbillet.core.actor import ActorKind
from conbillet.core.clock import copenhagen_day
from conbillet.sales.access import get_participant_by_link
from conbillet.sales.actions.claim_participant import CannotClaim, claim_participant
from conbillet.sales.actions.correct_badge_name import TooLateForBadge, correct_badge_name
from conbillet.sales.models import Order, Participant
from conbillet.tickets.access import get_ticket_by_link
from conbillet.tickets.models import Ticket
from conbillet.tickets.queries import tickets_of_participant
from conbillet.web.goals import sign_in_and_come_back
from conbillet.web.pages import actor_of

from ..answers import opened_by_secret, see_other
from ..order_forms import BadgeForm
from ..ticket_card import ticket_shown


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_secret
def one(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """One ticket, big and bright."""
    ticket = get_ticket_by_link(reference=reference, access_key=access_key)
    order = ticket.line.order
    order.event, order.organization = ticket.event, ticket.organization
    return _page(request, order, ticket.participant, [ticket])


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_secret
def of_person(request: HttpRequest, order_reference: str, claim_key: str) -> HttpResponse:
    """Everything that one person has on somebody's order."""
    person = get_participant_by_link(order_reference=order_reference, claim_key=claim_key)
    person.order.organization = person.organization
    return _page(request, person.order, person, list(tickets_of_participant(person)))


def _page(request: HttpRequest, order: Order, person: Participant | None, tickets: list[Ticket]) -> HttpResponse:
    now = clock.now()
    form = BadgeForm(request.POST if request.POST.get("action") == "badge" else None, initial=_badge(person))
    if request.POST.get("action") == "log_in":
        return sign_in_and_come_back(request)
    if request.method == "POST" and person is not None:
        done = _act(request, person, form, now)
        if done:
            return see_other(request.path)
    actor = actor_of(request)
    context = {
        "event": order.event,
        "organization": order.organization,
        "order": order,
        "person": person,
        "shown": [ticket_shown(ticket, order.event) for ticket in tickets],
        "form": form,
        "can_correct": person is not None and copenhagen_day(now) < order.event.starts_on,
        "is_mine": person is not None and person.person_id is not None and person.person_id == actor.person_id,
        "can_claim": person is not None and person.person_id is None,
        "signed_in": actor.kind is ActorKind.PERSON,
    }
    return render(request, "shop/ticket.html", context)


def _badge(person: Participant | None) -> dict[str, str]:
    return {"badge_name": person.badge_name} if person else {}


def _act(request: HttpRequest, person: Participant, form: BadgeForm, now: datetime) -> bool:
    """Do what was asked; False when the page has to be shown again with what is wrong."""
    actor = actor_of(request)
    if request.POST.get("action") == "claim":
        try:
            claim_participant(participant=person, actor=actor, now=now)
        except CannotClaim as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The ticket is on your page now."))
        return True
    if not form.is_valid():
        return False
    try:
        correct_badge_name(participant=person, badge_name=form.cleaned_data["badge_name"], actor=actor, now=now)
    except TooLateForBadge as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The name on the badge is changed."))
    return True
