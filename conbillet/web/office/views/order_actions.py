"""The buttons on an order's page: each finds, validates, calls one verb, and comes back to the page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.payments.actions.request_refund import RefundTooLarge, RefundUnderWay, repeat_refund
from conbillet.payments.models import Refund
from conbillet.sales.actions.cancel_order import CannotCancel, cancel_order
from conbillet.sales.actions.rename_participant import CannotRename
from conbillet.sales.actions.replace_order_email import CannotReplaceEmail
from conbillet.sales.models import Order, Participant
from conbillet.workflows.order_service import CannotResend, rename_holder, replace_email
from conbillet.workflows.order_service import resend as resend_order
from conbillet.workflows.transfers import CannotConfirm, OtherAmount, confirm_received

from ..order_forms import CancelForm, NameForm, ReceivedForm, ReplaceEmailForm
from .orders import order_view, show_order, to_order


@require_POST
@order_view(Permission.EDIT_ORDERS)
def resend(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    try:
        resend_order(order=order, actor=standing.actor, now=clock.now())
    except CannotResend as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The mail is on its way to the buyer."))
    return to_order(standing, order)


@require_POST
@order_view(Permission.EDIT_ORDERS)
def email(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    form = ReplaceEmailForm(request.POST)
    if form.is_valid():
        try:
            replace_email(order=order, actor=standing.actor, now=clock.now(), **form.cleaned_data)
        except CannotReplaceEmail as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The order has its new address."))
            return to_order(standing, order)
    return show_order(request, standing, order, status=422, email_form=form)


@require_POST
@order_view(Permission.EDIT_ORDERS)
def name(request: HttpRequest, standing: Standing, order: Order, person: int) -> HttpResponse:
    participant = Participant.objects.filter(order=order, pk=person).first()
    if participant is None:
        raise Http404
    form = NameForm(request.POST, prefix=f"person-{person}")
    if form.is_valid():
        try:
            tickets = rename_holder(participant=participant, actor=standing.actor, now=clock.now(), **form.cleaned_data)
        except CannotRename as refusal:
            form.add_error("name", str(refusal))
        else:
            text = _("The name is corrected.")
            if tickets:
                text = ngettext(
                    "The name is corrected. %(n)s ticket has a new code and is sent again; the old one no longer works.",
                    "The name is corrected. %(n)s tickets have new codes and are sent again; the old ones no longer work.",
                    tickets,
                ) % {"n": tickets}
            messages.success(request, text)
            return to_order(standing, order)
    return show_order(request, standing, order, status=422, wrong_name=form, wrong_person=person)


@require_POST
@order_view(Permission.EDIT_ORDERS)
def cancel(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    form = CancelForm(request.POST)
    if not form.is_valid():
        return show_order(request, standing, order, status=422, cancel_form=form)
    try:
        cancelled = cancel_order(order=order, actor=standing.actor, now=clock.now(), **form.cleaned_data)
    except CannotCancel as refusal:
        messages.error(request, str(refusal.message))
    else:
        if cancelled.state == Order.State.EXPIRED:
            messages.info(request, _("The order had run out already."))
        else:
            messages.success(request, _("The order is cancelled, its places can be sold again, and the buyer is told."))
    return to_order(standing, order)


@require_POST
@order_view(Permission.SEE_MONEY)
def received(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    """The money has come by transfer (or was taken at the door): the amount is typed, and must be the order's."""
    form = ReceivedForm(request.POST)
    if form.is_valid():
        try:
            confirmed = confirm_received(
                order=order, amount=form.cleaned_data["amount"], actor=standing.actor, now=clock.now()
            )
        except OtherAmount as refusal:
            form.add_error("amount", str(refusal))
        except CannotConfirm as refusal:
            messages.error(request, str(refusal))
            return to_order(standing, order)
        else:
            say_received(request, confirmed)
            return to_order(standing, order)
    return show_order(request, standing, order, status=422, received_form=form)


def say_received(request: HttpRequest, order: Order) -> None:
    """What became of money that was confirmed: tickets, or the way back."""
    if order.state == Order.State.PAID:
        messages.success(request, _("The payment is confirmed, and the tickets are on their way to the buyer."))
    else:
        messages.warning(
            request,
            _("The time had run out and the places are sold to others. The money is written down as going back: please send it back. The buyer is told."),
        )  # fmt: skip


@require_POST
@order_view(Permission.REFUND)
def repeat(request: HttpRequest, standing: Standing, order: Order, refund: int) -> HttpResponse:
    """Try a failed refund once more."""
    failed = Refund.objects.filter(pk=refund, organization=standing.organization, payment__about=order.reference).first()
    if failed is None:
        raise Http404
    if failed.state != Refund.State.FAILED:
        messages.info(request, str(RefundUnderWay.message))
        return to_order(standing, order)
    try:
        repeat_refund(refund=failed, actor=standing.actor, now=clock.now())
    except (RefundTooLarge, RefundUnderWay) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The refund is asked for again."))
    return to_order(standing, order)
