"""Giving money back: choose lines, see every effect, then the button. Nothing here talks to Stripe: the worker does."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.core import clock
from conbillet.core.formats import format_money
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.payments.actions.request_refund import RefundTooLarge
from conbillet.sales.models import Order, OrderLine
from conbillet.workflows.refund_preview import preview_refund
from conbillet.workflows.refunds import AlreadyUsed, CannotRefund, refund_lines

from ..order_forms import RefundForm
from ..order_page import order_page
from .orders import order_view, to_order


@require_http_methods(["GET", "POST"])
@order_view(Permission.REFUND)
def refund(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    """Without lines in the address: choose them. With lines: what would happen, and the button that makes it happen."""
    chosen = _lines(order, request.POST if request.method == "POST" else request.GET)
    if not chosen:
        return _choose(request, standing, order)
    form = RefundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = _refund(request, standing, order, chosen, form)
        if refusal is None:
            return to_order(standing, order)
        form.add_error("even_if_used" if isinstance(refusal, AlreadyUsed) else None, str(refusal))
    try:
        preview = preview_refund(order=order, lines=chosen)
    except (CannotRefund, RefundTooLarge) as refusal:
        messages.error(request, str(refusal))
        return to_order(standing, order)
    context = {"order": order, "preview": preview, "form": form}
    return render(request, "office/orders/refund.html", context, status=422 if form.is_bound else 200)


def _refund(request: HttpRequest, standing: Standing, order: Order, chosen: list[OrderLine], form: RefundForm) -> Exception | None:
    """Refund, or the reason why not."""
    values = form.cleaned_data
    try:
        credit_note = refund_lines(
            order=order, lines=chosen, reason=values["reason"], note=values["note"], even_if_used=values["even_if_used"],
            returned_already=values["returned_already"], actor=standing.actor, now=clock.now(),
        )  # fmt: skip
    except (CannotRefund, RefundTooLarge) as refusal:
        return refusal
    amount = format_money(-credit_note.amount, language=get_language())
    text = _("%(amount)s is refunded with credit note %(number)s.")
    messages.success(request, text % {"amount": amount, "number": credit_note.number})
    return None


def _choose(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    page = order_page(standing=standing, order=order)
    if not page.may.refund:
        messages.error(request, _("There is nothing left to refund on this order."))
        return to_order(standing, order)
    if request.method == "POST" or "choose" in request.GET:
        messages.error(request, _("Choose at least one line."))
    return render(request, "office/orders/refund_choose.html", {"order": order, "page": page})


def _lines(order: Order, data: QueryDict) -> list[OrderLine]:
    """The lines whose positions were sent; a position that this order does not have counts for nothing."""
    if "all" in data:
        return list(order.lines.filter(reverses=None, reversal=None).order_by("position"))
    positions = {int(text) for text in data.getlist("line") if text.isascii() and text.isdigit() and len(text) < 5}
    return list(order.lines.filter(position__in=positions, reverses=None).order_by("position"))
