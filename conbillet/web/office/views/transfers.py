"""Bank transfers that are waited for: find them on the account statement, tick them, see the sum, confirm."""

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.core import clock
from conbillet.core.references import pretty
from conbillet.core.tenancy import acting_for
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.sales.models import Order
from conbillet.web.pages import office_call, office_page
from conbillet.workflows.transfers import CannotConfirm, confirm_received

from ..attention import SOON
from ..paging import page_of
from .order_actions import say_received

MOST_AT_ONCE = 100


@require_safe
@office_page(Permission.SEE_MONEY)
def transfers(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Unpaid transfers, those whose time runs out first."""
    waiting = Order.objects.filter(
        organization=standing.organization, state=Order.State.AWAITING_PAYMENT, method=Order.Method.TRANSFER
    ).select_related("event")
    page = page_of(waiting.order_by("pay_by_at", "pk"), request.GET.get("page", "1"), MOST_AT_ONCE)
    now = clock.now()
    context = {
        "page": page,
        "sum": waiting.order_by().aggregate(sum=Sum("amount"))["sum"] or 0,
        "rows": [(order, order.pay_by_at is not None and order.pay_by_at < now + SOON) for order in page],
    }
    return render(request, "office/orders/transfers.html", context)


@require_http_methods(["POST"])
@office_call(Permission.SEE_MONEY)
def confirm(request: HttpRequest, standing: Standing) -> HttpResponse:
    """First what was ticked with its sum; then, on the button, each order confirmed in a transaction of its own.

    One transaction for all of them could wait for a sale that waits for it: each would hold places or the receipts'
    counter that the other needs.
    """
    references = list(dict.fromkeys(request.POST.getlist("order")))[:MOST_AT_ONCE]
    chosen = _chosen(standing, references)
    if not chosen:
        messages.error(request, _("Tick the transfers that have come. Those that are confirmed already are no longer on the list."))
        return redirect("office:transfers", organization=standing.organization.slug)
    if "confirm" not in request.POST:
        with transaction.atomic(), acting_for(standing.organization.pk):
            context = {"orders": chosen, "sum": sum(order.amount for order in chosen)}
            return render(request, "office/orders/transfers_confirm.html", context)
    done, now = 0, clock.now()
    for order in chosen:
        try:
            with transaction.atomic(), acting_for(standing.organization.pk):
                confirmed = confirm_received(order=order, amount=order.amount, actor=standing.actor, now=now)
        except CannotConfirm as refusal:
            messages.error(request, f"{pretty(order.reference)}: {refusal}")
            continue
        if confirmed.state == Order.State.PAID:
            done += 1
        else:
            say_received(request, confirmed)
    if done:
        text = ngettext(
            "%(n)s payment is confirmed, and the tickets are on their way to the buyer.",
            "%(n)s payments are confirmed, and the tickets are on their way to the buyers.",
            done,
        )
        messages.success(request, text % {"n": done})
    return redirect("office:transfers", organization=standing.organization.slug)


def _chosen(standing: Standing, references: Sequence[str]) -> list[Order]:
    """The orders that were ticked and still wait; a reference of another association is as good as none."""
    waiting = Order.objects.filter(
        organization=standing.organization, reference__in=references, state=Order.State.AWAITING_PAYMENT,
        method=Order.Method.TRANSFER,
    )  # fmt: skip
    with transaction.atomic(), acting_for(standing.organization.pk):
        return list(waiting.select_related("event").order_by("pay_by_at", "pk"))
