"""A visitor's conversation with an association, or with ConBillet. Works as plain forms; no account is needed, and no
cookie is set before the first message is sent."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.core import clock
from conbillet.core.live import notify
from conbillet.core.rate_limits import spend
from conbillet.organizations.models import Organization
from conbillet.sales.access import get_order_by_link
from conbillet.sales.models import Order
from conbillet.support.access import chat_of_visitor, open_chat_with
from conbillet.support.actions.attach_order import attach_order
from conbillet.support.actions.close_chat import close_chat
from conbillet.support.actions.forget_chats import delete_chat
from conbillet.support.actions.rate_chat import rate_chat
from conbillet.support.actions.say import CannotSay, ChatOver, say
from conbillet.support.actions.visitor_is_there import visitor_is_there
from conbillet.support.chat_queries import somebody_is_there
from conbillet.support.models import CaseAttachment, Chat, ChatMessage
from conbillet.web.chats import file_answer, message_key, refused_text, typing_topic, uploads
from conbillet.web.limits import limit_posts
from conbillet.web.pages import actor_of
from conbillet.web.shop.answers import opened_by_secret, see_other
from conbillet.web.tokenless import without_token
from conbillet.workflows.chats import begin_chat, hand_over_to_mail

from ..chat_cookie import new_token, person_of, remember, token_of
from ..chat_forms import AddressForm, BeginForm, MessageForm
from ..chat_page import address_of, new_key, news_of, show

HOUR = 3600
MESSAGES_A_MINUTE = 30
FILES_AN_HOUR = 20

View = Callable[..., HttpResponse]


def chat_page(view: View) -> View:
    """A page of one's own conversation: `view(request, chat, now, **rest)`. Anybody else's is not found."""

    @wraps(view)
    @never_cache
    @without_token
    def page(request: HttpRequest, reference: str, **rest: Any) -> HttpResponse:
        chat = chat_of_visitor(reference=reference, token=token_of(request), person=person_of(request))
        if chat is None:
            raise Http404
        response = view(request, chat, clock.now(), **rest)
        response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("chat begun", amount=20, seconds=HOUR)
@never_cache
@without_token
def begin(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Say the first thing. Who has a conversation there already is led to it."""
    organization = _organization(slug) if slug else None
    return _begin(request, organization, None)


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("chat begun", amount=20, seconds=HOUR)
@opened_by_secret
def about_order(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """From an order's own page: the same, with the association that sold it, and about this order."""
    order = get_order_by_link(reference=reference, access_key=access_key)
    return _begin(request, order.organization, order)


@require_http_methods(["GET", "HEAD", "POST"])
@chat_page
def chat(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    """The conversation; by POST, what the visitor says. A page with script gets the news as an answer, others the page."""
    visitor_is_there(chat=chat, now=now)
    if request.method != "POST":
        return show(request, chat, now)
    quick = request.headers.get("Accept") == "application/json"
    problem, refused = _say(request, chat, now)
    if quick:
        answer = news_of(chat, request, now) | {"problem": problem, "refused": refused}
        return JsonResponse(answer, status=422 if problem else 200)
    if not problem:
        return see_other(f"{address_of(chat)}{'?refused=1' if refused else ''}#write")
    return show(request, chat, now, form=refused_text(MessageForm(request.POST), problem), status=422)


@require_safe
@chat_page
def news(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    """What was said since `Last-Event-ID`: asked when something happened, after a lost connection, and now and then."""
    visitor_is_there(chat=chat, now=now)
    return JsonResponse(news_of(chat, request, now))


@require_POST
@chat_page
def typing(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    """Tell the other side that somebody writes. Nothing is stored."""
    if chat.state != Chat.State.CLOSED and spend("chat typing", chat.reference, amount=60, seconds=60, now=now):
        notify(typing_topic(chat, "v"))
    return HttpResponse(status=204)


@require_POST
@chat_page
def leave_address(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    """Nobody is there: the answer comes by mail."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return show(request, chat, now, address_form=form, status=422)
    email = form.cleaned_data["email"]
    if not spend("contact of", email, amount=5, seconds=HOUR, now=now):
        form.add_error(None, _("This address has been given several times within the hour. Wait a little."))
        return show(request, chat, now, address_form=form, status=422)
    with suppress(ChatOver):
        hand_over_to_mail(chat=chat, email=email, name=form.cleaned_data["name"], actor=actor_of(request), now=now)
    return see_other(address_of(chat))


@require_POST
@chat_page
def end(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    close_chat(chat=chat, actor=actor_of(request), now=now)
    return see_other(f"{address_of(chat)}#over")


@require_POST
@chat_page
def rate(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    text = request.POST.get("rating", "")
    rate_chat(chat=chat, rating=int(text) if text in {"1", "2", "3", "4", "5"} else 0, now=now)
    return see_other(f"{address_of(chat)}#over")


@require_POST
@chat_page
def delete(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    """The visitor wants it gone: at once, with its key. The cookie stays for other conversations, and runs out."""
    close_chat(chat=chat, actor=actor_of(request), now=now)
    delete_chat(chat=chat)
    return see_other("/support/?deleted=1")


@require_safe
@chat_page
def file(request: HttpRequest, chat: Chat, now: datetime, file: str) -> HttpResponse:
    return file_answer(chat, file)


def _organization(slug: str) -> Organization:
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _begin(request: HttpRequest, organization: Organization | None, order: Order | None) -> HttpResponse:
    now, token, person = clock.now(), token_of(request), person_of(request)
    pk = organization.pk if organization else None
    known = open_chat_with(organization_id=pk, token=token, person=person)
    if known is not None and order is None and request.method != "POST":
        return see_other(address_of(known))
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.is_bait_taken:  # a robot; a person never gets here
            return see_other("/support/")
        token = token or new_token()
        try:
            begun = _say_first(request, form, organization, order, known, token, now)
        except CannotSay as refusal:
            form.add_error("text", str(refusal.message))
        else:
            return remember(see_other(address_of(begun)), token)
    context = {
        "form": form,
        "organization": organization,
        "order": order,
        "there": somebody_is_there(pk, now=now),
        "logged_in": person is not None,
        "key": new_key(),
        "deleted": request.GET.get("deleted") == "1",
    }
    return render(request, "site/chat_begin.html", context, status=422 if form.is_bound else 200)


def _say_first(
    request: HttpRequest,
    form: BeginForm,
    organization: Organization | None,
    order: Order | None,
    known: Chat | None,
    token: str,
    now: datetime,
) -> Chat:
    """In the conversation that there is already, when there is one; else a new one. Raises a CannotSay."""
    text, key, actor = form.cleaned_data["text"], message_key(request) or new_key(), actor_of(request)
    if known is None:
        return begin_chat(
            organization=organization,
            person=person_of(request),
            token=token,
            name=form.cleaned_data["name"],
            text=text,
            files=[],
            key=key,
            order=order,
            language=get_language() or "da",
            actor=actor,
            now=now,
        )
    say(chat=known, by=ChatMessage.By.VISITOR, text=text, key=key, actor=actor, now=now)
    if order is not None:
        attach_order(chat=known, order=order, now=now)
    return known


def _say(request: HttpRequest, chat: Chat, now: datetime) -> tuple[str, list[str]]:
    """What is wrong, if anything; and why files were not taken."""
    if not spend("chat message", chat.reference, amount=MESSAGES_A_MINUTE, seconds=60, now=now):
        return _("That was a lot at once. Wait a minute."), []
    count = len(request.FILES.getlist("file"))
    if count and not spend("chat files", chat.reference, amount=FILES_AN_HOUR, seconds=HOUR, now=now, units=count):
        return _("That was a lot of files. Wait a while."), []
    files = uploads(request.FILES) if count else []
    refused = [str(CaseAttachment.Refusal(one.refused).label) for one in files if one.refused]
    text = request.POST.get("text", "")
    if refused and not text.strip() and len(refused) == len(files):
        return _("The file was not taken: %(why)s.") % {"why": refused[0]}, refused
    try:
        say(
            chat=chat,
            by=ChatMessage.By.VISITOR,
            text=text,
            key=message_key(request) or new_key(),
            files=files,
            actor=actor_of(request),
            now=now,
        )
    except CannotSay as refusal:
        return str(refusal.message), refused
    return "", refused
