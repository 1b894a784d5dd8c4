"""What a visitor can do with their order from inside the chat: say which one it is, get the mail again, change a name,
give it up."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conbillet.organizations.access import NotFound
from conbillet.payments.actions.start_checkout import CannotCheckOut
from conbillet.sales.access import get_my_order
from conbillet.sales.actions.rename_participant import CannotRename
from conbillet.support.actions.attach_order import attach_order
from conbillet.support.models import Chat
from conbillet.web.pages import actor_of
from conbillet.web.shop.answers import see_other
from conbillet.workflows.chat_help import (
    CannotHelp,
    cancel_from_chat,
    own_order,
    rename_from_chat,
    renameable,
    resend_from_chat,
)
from conbillet.workflows.order_care import TooManyMails

from ..chat_forms import RenameForm
from ..chat_page import address_of, show
from .chat import chat_page


@require_POST
@chat_page
def order(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    """Which of one's own orders it is about."""
    try:
        mine = get_my_order(actor=actor_of(request), reference=request.POST.get("order", ""))
    except NotFound:
        raise Http404 from None
    attach_order(chat=chat, order=mine, now=now)
    return see_other(f"{address_of(chat)}#order")


@require_POST
@chat_page
def resend(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    try:
        resend_from_chat(chat=chat, now=now)
    except (CannotHelp, TooManyMails) as refusal:
        return show(request, chat, now, help_problem=str(refusal.message), status=422)
    return see_other(address_of(chat))


@require_POST
@chat_page
def rename(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    found = own_order(chat)
    form = RenameForm(request.POST, people=renameable(found, now=now) if found else [])
    if form.is_valid():
        try:
            rename_from_chat(
                chat=chat,
                participant=form.cleaned_data["participant"],
                name=form.cleaned_data["name"],
                actor=actor_of(request),
                now=now,
            )
        except (CannotHelp, CannotRename) as refusal:
            form.add_error("name", str(refusal.message))
        else:
            return see_other(address_of(chat))
    return show(request, chat, now, rename_form=form, status=422)


@require_POST
@chat_page
def cancel(request: HttpRequest, chat: Chat, now: datetime) -> HttpResponse:
    try:
        cancel_from_chat(chat=chat, actor=actor_of(request), now=now)
    except CannotHelp as refusal:
        return show(request, chat, now, help_problem=str(refusal.message), status=422)
    except CannotCheckOut:
        problem = _("Stripe does not answer, so we cannot end the payment now. Unpaid, the order ends by itself.")
        return show(request, chat, now, help_problem=problem, status=422)
    return see_other(address_of(chat))
