"""The agents' side of the chat, the same for an association's office and for ConBillet's desk: the queue, a conversation,
canned answers. Each says where it stands by a `Place`; everything is looked for there and nowhere else."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor
from conbillet.core.formats import format_moment
from conbillet.core.live import notify
from conbillet.support.access import seen_in_time
from conbillet.support.actions.agent_is_there import agent_is_there
from conbillet.support.actions.close_chat import close_chat
from conbillet.support.actions.look_up_chat import NoSuchChat, look_up_chat
from conbillet.support.actions.save_answer import remove_answer, save_answer
from conbillet.support.actions.say import LONGEST, CannotSay
from conbillet.support.actions.take_chat import CannotTake, give_chat, take_chat
from conbillet.support.chat_queries import MOST_IN_QUEUE, agents_there, canned_answers, queue_of, said_after
from conbillet.support.models import Case, CaseAttachment, Chat, ChatMessage, queue_topic
from conbillet.workflows.chats import answer_chat

from .chats import as_json, live_address, message_key, newest_seen, said_to, typing_topic, uploads


@dataclass
class Place:
    """An association's office, or the desk (no association). `base` is the address of its queue; `read_names` finds those
    who answer there, and is only asked where they are shown."""

    organization_id: int | None
    actor: Actor
    base: str
    read_names: Callable[[], Mapping[UUID, str]]

    @cached_property
    def names(self) -> Mapping[UUID, str]:
        return self.read_names()

    def address(self, chat: Chat) -> str:
        return f"{self.base}{chat.reference}/"


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": str(LONGEST), "dir": "auto"}),
    )


class CannedForm(forms.Form):
    """An answer that is given often."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=60)
    text_da = forms.CharField(label=gettext_lazy("In Danish"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
    text_en = forms.CharField(
        label=gettext_lazy("In English"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class CaseForm(forms.Form):
    """What a conversation becomes a case about, and where its answer goes."""

    kind = forms.ChoiceField(label=gettext_lazy("What is it about?"), choices=Case.Kind.choices)
    email = forms.EmailField(label=gettext_lazy("The visitor's e-mail"))


def rows_of(place: Place, now: datetime) -> list[dict[str, Any]]:
    """The queue, as values: no names and no texts, which are for whoever opens a conversation."""
    language = get_language() or "da"
    return [
        {
            "number": chat.number,
            "url": place.address(chat),
            "state": chat.state,
            "says": str(chat.get_state_display()),
            "since": format_moment(chat.waiting_since_at, language) if chat.waiting_since_at else "",
            "agent": place.names.get(chat.agent_id, "") if chat.agent_id else "",
            "here": seen_in_time(chat, now),
            "mine": chat.agent_id == place.actor.person_id,
        }
        for chat in queue_of(place.organization_id)[:MOST_IN_QUEUE]
    ]


def queue_context(place: Place, now: datetime) -> dict[str, Any]:
    agent_is_there(organization_id=place.organization_id, actor=place.actor, now=now, listening=False)
    there = agents_there(place.organization_id, now=now)
    return {
        "rows": rows_of(place, now),
        "base": place.base,
        "live": live_address((queue_topic(place.organization_id),), now),
        "colleagues": sorted(name for person, name in place.names.items() if person in there),
    }


def here_answer(place: Place, now: datetime) -> HttpResponse:
    """The page is open: whoever asks finds somebody here. The answer is the queue as it is."""
    agent_is_there(organization_id=place.organization_id, actor=place.actor, now=now, listening=True)
    return JsonResponse({"rows": rows_of(place, now), "live": live_address((queue_topic(place.organization_id),), now)})


def found(place: Place, reference: str, now: datetime, *, trace: bool) -> Chat:
    """The conversation, or 404. `trace`: it is being opened, which is written down."""
    try:
        return look_up_chat(
            reference=reference, organization_id=place.organization_id, actor=place.actor, now=now, trace=trace
        )
    except NoSuchChat:
        raise Http404 from None


def news_answer(request: HttpRequest, place: Place, chat: Chat, now: datetime, **more: Any) -> HttpResponse:
    agent_is_there(organization_id=place.organization_id, actor=place.actor, now=now, listening=True)
    status = 422 if more.get("problem") else 200
    said = said_to(
        ChatMessage.By.AGENT,
        said_after(chat, newest_seen(request)),
        language=get_language() or "da",
        files_at=f"{place.address(chat)}files/",
    )
    values = {
        "messages": as_json(said),
        "state": chat.state,
        "there": seen_in_time(chat, now),
        "live": live_of(place, chat, now),
    }
    return JsonResponse(values | more, status=status)


def live_of(place: Place, chat: Chat, now: datetime) -> str:
    return live_address((chat.topic, typing_topic(chat, "v")), now)


def typing_answer(place: Place, chat: Chat) -> HttpResponse:
    if chat.state != Chat.State.CLOSED:
        notify(typing_topic(chat, "a"))
    return HttpResponse(status=204)


def conversation_context(request: HttpRequest, place: Place, chat: Chat, now: datetime) -> dict[str, Any]:
    agent_is_there(organization_id=place.organization_id, actor=place.actor, now=now, listening=False)
    said = said_after(chat, 0)
    canned = list(canned_answers(place.organization_id))
    wanted = next((one for one in canned if str(one.pk) == request.GET.get("answer")), None)
    there, us = agents_there(place.organization_id, now=now), {chat.agent_id, place.actor.person_id}
    return {
        "chat": chat,
        "base": place.base,
        "address": place.address(chat),
        "messages_said": said_to(
            ChatMessage.By.AGENT, said, language=get_language() or "da", files_at=f"{place.address(chat)}files/"
        ),
        "last": said[-1].number if said else 0,
        "live": live_of(place, chat, now),
        "key": secrets.token_hex(16),
        "form": AnswerForm(initial={"text": wanted.text_in(chat.language) if wanted else ""}),
        "canned": [(one, one.text_in(chat.language)) for one in canned],
        "there": seen_in_time(chat, now),
        "agent": place.names.get(chat.agent_id, "") if chat.agent_id else "",
        "is_mine": chat.agent_id is not None and chat.agent_id == place.actor.person_id,
        "is_over": chat.state == Chat.State.CLOSED,
        "colleagues": sorted(
            ((person, name, person in there) for person, name in place.names.items() if person not in us),
            key=lambda one: (not one[2], one[1]),
        ),
        "case_form": CaseForm(initial={"email": chat.email, "kind": Case.Kind.OTHER}),
    }


def act(request: HttpRequest, place: Place, chat: Chat, now: datetime) -> HttpResponse | str:
    """What was asked for by POST; where to go then, or what is wrong with the answer that was written."""
    do, quick = request.POST.get("do", "say"), request.headers.get("Accept") == "application/json"
    problem = ""
    try:
        if do == "take":
            take_chat(chat=chat, actor=place.actor, now=now)
        elif do == "back":
            give_chat(chat=chat, to=None, actor=place.actor, now=now)
        elif do == "give":
            give_chat(chat=chat, to=_colleague(request, place), actor=place.actor, now=now)
        elif do == "close":
            close_chat(chat=chat, actor=place.actor, now=now)
        else:
            problem = _say(request, place, chat, now)
    except CannotTake as refusal:
        if not quick:
            messages.error(request, str(refusal.message))
            return redirect(place.address(chat))
        problem = str(refusal.message)
    if quick:
        return news_answer(request, place, found(place, chat.reference, now, trace=False), now, problem=problem)
    if problem:
        return problem
    return redirect(place.base if do in {"back", "close"} else f"{place.address(chat)}#write")


def _say(request: HttpRequest, place: Place, chat: Chat, now: datetime) -> str:
    files = uploads(request.FILES)
    refused = [str(CaseAttachment.Refusal(one.refused).label) for one in files if one.refused]
    if refused and len(refused) == len(files) and not request.POST.get("text", "").strip():
        return _("The file was not taken: %(why)s.") % {"why": refused[0]}
    try:
        answer_chat(
            chat=chat,
            text=request.POST.get("text", ""),
            key=message_key(request) or secrets.token_hex(16),
            files=files,
            actor=place.actor,
            now=now,
        )
    except CannotSay as refusal:
        return str(refusal.message)
    return ""


def _colleague(request: HttpRequest, place: Place) -> UUID:
    for person in place.names:
        if str(person) == request.POST.get("to"):
            return person
    raise Http404


def canned_context(request: HttpRequest, place: Place) -> dict[str, Any] | HttpResponse:
    """The list of canned answers, and what is done with it: one is written, changed or taken out."""
    mine = canned_answers(place.organization_id)
    chosen = _number(request.POST.get("answer") or request.GET.get("answer"))
    answer = mine.filter(pk=chosen).first() if chosen else None
    if chosen and answer is None:
        raise Http404
    form = CannedForm(
        request.POST if request.method == "POST" and "remove" not in request.POST else None,
        initial={"title": answer.title, "text_da": answer.text_da, "text_en": answer.text_en} if answer else None,
    )
    if request.method == "POST":
        if answer is not None and "remove" in request.POST:
            remove_answer(answer=answer)
            return redirect(f"{place.base}answers/")
        if form.is_valid():
            save_answer(organization_id=place.organization_id, answer=answer, **form.cleaned_data)
            messages.success(request, _("The answer is kept."))
            return redirect(f"{place.base}answers/")
    return {"answers": list(mine), "form": form, "answer": answer, "base": place.base}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
