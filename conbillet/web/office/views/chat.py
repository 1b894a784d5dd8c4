"""The association's own chat: who waits, a conversation, canned answers. Other associations' are not found."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.models import StaffMember
from conbillet.organizations.permissions import PERMISSIONS, Permission
from conbillet.sales.models import Order
from conbillet.support.actions.pass_chat_on import pass_chat_on
from conbillet.support.actions.say import ChatOver
from conbillet.support.actions.take_chat import CannotTake
from conbillet.support.chat_queries import past_chats
from conbillet.support.models import Chat
from conbillet.web import chat_agents as agents
from conbillet.web.chats import file_answer, refused_text
from conbillet.web.pages import office_call, office_page
from conbillet.workflows.chats import make_case

from ..paging import page_of

MOST_ORDERS = 20
ANSWERING = [kind for kind, allowed in PERMISSIONS.items() if Permission.CHAT in allowed]


def _place(standing: Standing) -> agents.Place:
    base = reverse("office:chats", kwargs={"organization": standing.organization.slug})

    def names() -> dict[UUID, str]:
        crew = StaffMember.objects.filter(organization=standing.organization, kind__in=ANSWERING)
        return dict(crew.values_list("person_id", "name"))

    return agents.Place(standing.organization.pk, standing.actor, base, names)


@require_safe
@never_cache
@office_page(Permission.CHAT)
def queue(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Who waits, the longest first."""
    return render(request, "chat/queue.html", agents.queue_context(_place(standing), clock.now()))


@require_safe
@office_page(Permission.CHAT)
def past(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Conversations that are over, for the year that they are kept."""
    place = _place(standing)
    page = page_of(past_chats(place.organization_id), request.GET.get("page", "1"))
    return render(request, "chat/past.html", {"page": page, "base": place.base})


@require_POST
@office_page(Permission.CHAT)
def here(request: HttpRequest, standing: Standing) -> HttpResponse:
    """An open page says now and then that somebody is here, and gets the queue."""
    return agents.here_answer(_place(standing), clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_page(Permission.CHAT)
def conversation(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    """One conversation, and what is said and done in it. That it was opened is written down."""
    now, place = clock.now(), _place(standing)
    chat = agents.found(place, reference, now, trace=request.method != "POST")
    outcome = agents.act(request, place, chat, now) if request.method == "POST" else ""
    if isinstance(outcome, HttpResponse):
        return outcome
    context = agents.conversation_context(request, place, chat, now)
    if outcome:
        context["form"] = refused_text(agents.AnswerForm(request.POST), outcome)
    context |= {"orders": _orders(standing, chat), "may_pass_on": True}
    return render(request, "chat/agent.html", context, status=422 if outcome else 200)


@require_safe
@office_page(Permission.CHAT)
def news(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    now, place = clock.now(), _place(standing)
    return agents.news_answer(request, place, agents.found(place, reference, now, trace=False), now)


@require_POST
@office_page(Permission.CHAT)
def typing(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    place = _place(standing)
    return agents.typing_answer(place, agents.found(place, reference, clock.now(), trace=False))


@require_safe
@office_page(Permission.CHAT)
def file(request: HttpRequest, standing: Standing, reference: str, file: str) -> HttpResponse:
    return file_answer(agents.found(_place(standing), reference, clock.now(), trace=False), file)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.CHAT)
def answers(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Answers that are given often."""
    context = agents.canned_context(request, _place(standing))
    if isinstance(context, HttpResponse):
        return context
    return render(request, "chat/answers.html", context, status=422 if context["form"].is_bound else 200)


@require_POST
@office_call(Permission.CHAT)
def pass_on(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    """Give it to ConBillet's desk. As the role *app*: the office can give none of its rows away."""
    now, place = clock.now(), _place(standing)
    chat = agents.found(place, reference, now, trace=False)
    try:
        pass_chat_on(chat=chat, actor=standing.actor, now=now)
    except CannotTake as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("ConBillet's desk has it now."))
    return redirect(place.base)


@require_POST
@office_call(Permission.CHAT)
def case(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    """A right that somebody uses, say: a case of the desk, which associations do not read. As the role *app*."""
    now, place = clock.now(), _place(standing)
    chat = agents.found(place, reference, now, trace=False)
    form = agents.CaseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the visitor's e-mail address, so that they get the answer."))
        return redirect(place.address(chat))
    try:
        make_case(chat=chat, name=chat.name, actor=standing.actor, now=now, **form.cleaned_data)
    except ChatOver as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("It is a case at ConBillet's desk now, and is answered by mail."))
    return redirect(place.base)


def _orders(standing: Standing, chat: Chat) -> list[Order]:
    """What the association itself knows of the visitor: the order they speak of, and what else they bought here."""
    mine = Order.objects.filter(organization=standing.organization).select_related("event")
    found = list(mine.filter(pk=chat.order_id)) if chat.order_id else []
    if chat.person_id:
        more = mine.filter(buyer_id=chat.person_id).exclude(pk=chat.order_id or 0)
        found += list(more.order_by("-placed_at")[:MOST_ORDERS])
    return found
