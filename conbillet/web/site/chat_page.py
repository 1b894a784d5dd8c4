"""What the visitor's page of a conversation shows."""

import secrets
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from conbillet.sales.models import Order
from conbillet.support.actions.agent_is_there import presence_topic
from conbillet.support.chat_queries import said_after, somebody_is_there
from conbillet.support.models import Chat, ChatMessage
from conbillet.web.chats import as_json, live_address, newest_seen, said_to, typing_topic
from conbillet.workflows.chat_help import own_order, renameable

from .chat_cookie import person_of
from .chat_forms import AddressForm, MessageForm, RenameForm

MOST_ORDERS = 20


def address_of(chat: Chat, name: str = "chat") -> str:
    return reverse(f"site:{name}", kwargs={"reference": chat.reference})


def files_at(chat: Chat) -> str:
    return f"{address_of(chat)}files/"


def news_of(chat: Chat, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What the page does not have yet, and how things stand."""
    messages = said_after(chat, newest_seen(request))
    language = get_language() or "da"
    return {
        "messages": as_json(said_to(ChatMessage.By.VISITOR, messages, language=language, files_at=files_at(chat))),
        "state": chat.state,
        "there": somebody_is_there(chat.organization_id, now=now),
        "live": live_of(chat, now),
    }


def live_of(chat: Chat, now: datetime) -> str:
    return live_address((chat.topic, typing_topic(chat, "a"), presence_topic(chat.organization_id)), now)


def show(request: HttpRequest, chat: Chat, now: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole page, perhaps with forms that were filled in wrongly (by their names in the template)."""
    language = get_language() or "da"
    messages = said_after(chat, 0)
    order = own_order(chat)
    people = renameable(order, now=now) if order else []
    context = {
        "chat": chat,
        "organization": chat.organization,
        "messages_said": said_to(ChatMessage.By.VISITOR, messages, language=language, files_at=files_at(chat)),
        "last": messages[-1].number if messages else 0,
        "there": somebody_is_there(chat.organization_id, now=now),
        "is_over": chat.state == Chat.State.CLOSED,
        "live": live_of(chat, now),
        "key": new_key(),
        "form": MessageForm(),
        "address_form": AddressForm(initial={"name": chat.name, "email": chat.email or _address_of_account(request)}),
        "rename_form": RenameForm(people=people) if people else None,
        "order": order,
        "may_cancel": order is not None and order.state == Order.State.AWAITING_PAYMENT,
        "own_orders": [] if order or chat.person_id is None else _orders(chat),
        "base": address_of(chat),
        "ratings": range(1, 6),
        **forms,
    }
    return render(request, "site/chat.html", context, status=status)


def new_key() -> str:
    return secrets.token_hex(16)


def _orders(chat: Chat) -> list[Order]:
    """What the person bought there, to say which order it is about."""
    mine = Order.objects.filter(buyer_id=chat.person_id).select_related("event")
    if chat.organization_id is not None:
        mine = mine.filter(organization_id=chat.organization_id)
    return list(mine.order_by("-placed_at")[:MOST_ORDERS])


def _address_of_account(request: HttpRequest) -> str:
    user: Any = request.user if person_of(request) else None
    return str(user.email) if user is not None else ""
