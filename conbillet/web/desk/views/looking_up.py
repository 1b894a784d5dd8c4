"""Looking up a person or an order: what it is for is asked first, and stands in that person's insight afterwards."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from conbillet.accounts.queries import account_with_email
from conbillet.core import clock
from conbillet.core.references import BadReference, normalise
from conbillet.privacy.actions.look_up import look_up
from conbillet.sales.models import Order

from ..forms import LookUpForm
from ..pages import Staff, desk, desk_page

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def look_up_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """By POST only: whom somebody asks for does not belong into addresses. Everybody who is shown is written down first."""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "asked": False}
    if form.is_bound and form.is_valid():
        context |= {"asked": True, **_found(form.cleaned_data["q"], form.cleaned_data["purpose"], staff)}
    return desk(request, "desk/look_up.html", context, status=422 if form.is_bound and form.errors else 200)


def _found(asked: str, purpose: str, staff: Staff) -> dict[str, Any]:
    now, account = clock.now(), None
    if "@" in asked:
        account = account_with_email(asked)
        orders = list(
            Order.objects.filter(buyer=account.person) if account else Order.objects.filter(buyer_email__iexact=asked)
        )
        if account:
            look_up(
                kind="person", reference=str(account.person_id), subject=account.person_id, purpose=purpose,
                actor=staff.actor, now=now,
            )  # fmt: skip
    else:
        try:
            reference = normalise(asked)
        except BadReference:
            reference = ""
        orders = list(Order.objects.filter(reference=reference))
    shown = _with_events(orders)
    for order in shown:
        look_up(
            kind="order", reference=order.reference, subject=order.buyer_id, purpose=purpose, actor=staff.actor, now=now
        )
    return {"account": account, "orders": shown}


def _with_events(orders: list[Order]) -> list[Order]:
    numbers = sorted((order.pk for order in orders), reverse=True)[:MOST]
    return list(
        Order.objects.filter(pk__in=numbers)
        .select_related("event", "organization")
        .prefetch_related("lines")
        .order_by("-pk")
    )
