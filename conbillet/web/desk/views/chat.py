"""ConBillet's own chat: who waits, a conversation, canned answers. What is an association's is not found here."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.accounts.queries import all_staff_names
from conbillet.core import clock
from conbillet.support.actions.say import ChatOver
from conbillet.support.chat_queries import past_chats
from conbillet.web import chat_agents as agents
from conbillet.web.chats import file_answer, refused_text
from conbillet.workflows.chats import make_case

from ..pages import Staff, desk, desk_page

PAGE_SIZE = 50


def _place(staff: Staff) -> agents.Place:
    return agents.Place(None, staff.actor, reverse("desk:chats"), all_staff_names)


@require_safe
@desk_page
def queue(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Who waits, the longest first."""
    return desk(request, "chat/queue.html", agents.queue_context(_place(staff), clock.now()))


@require_safe
@desk_page
def past(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Conversations that are over, for the year that they are kept."""
    page = Paginator(past_chats(None), PAGE_SIZE).get_page(request.GET.get("page"))
    return desk(request, "chat/past.html", {"page": page, "base": reverse("desk:chats")})


@require_POST
@desk_page
def here(request: HttpRequest, staff: Staff) -> HttpResponse:
    """An open page says now and then that somebody is here, and gets the queue."""
    return agents.here_answer(_place(staff), clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def conversation(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """One conversation, and what is said and done in it. That it was opened is written down.

    Orders and profiles are not shown here: whoever needs one looks it up, with what it is for.
    """
    now, place = clock.now(), _place(staff)
    chat = agents.found(place, reference, now, trace=request.method != "POST")
    outcome = agents.act(request, place, chat, now) if request.method == "POST" else ""
    if isinstance(outcome, HttpResponse):
        return outcome
    context = agents.conversation_context(request, place, chat, now)
    if outcome:
        context["form"] = refused_text(agents.AnswerForm(request.POST), outcome)
    return desk(request, "chat/agent.html", context | {"at_desk": True}, status=422 if outcome else 200)


@require_safe
@desk_page
def news(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    now, place = clock.now(), _place(staff)
    return agents.news_answer(request, place, agents.found(place, reference, now, trace=False), now)


@require_POST
@desk_page
def typing(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    place = _place(staff)
    return agents.typing_answer(place, agents.found(place, reference, clock.now(), trace=False))


@require_safe
@desk_page
def file(request: HttpRequest, staff: Staff, reference: str, file: str) -> HttpResponse:
    return file_answer(agents.found(_place(staff), reference, clock.now(), trace=False), file)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def answers(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Answers that are given often."""
    context = agents.canned_context(request, _place(staff))
    if isinstance(context, HttpResponse):
        return context
    return desk(request, "chat/answers.html", context, status=422 if context["form"].is_bound else 200)


@require_POST
@desk_page
def case(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """The conversation becomes a case, answered by mail."""
    now, place = clock.now(), _place(staff)
    chat = agents.found(place, reference, now, trace=False)
    form = agents.CaseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the visitor's e-mail address, so that they get the answer."))
        return redirect(place.address(chat))
    try:
        made = make_case(chat=chat, name=chat.name, actor=staff.actor, now=now, **form.cleaned_data)
    except ChatOver as refusal:
        messages.error(request, str(refusal.message))
        return redirect(place.base)
    return redirect("desk:case", reference=made.reference)
