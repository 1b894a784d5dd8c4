"""The list of orders, and one order."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.catalogue.models import Event, Product
from conbillet.core import clock
from conbillet.core.formats import format_money
from conbillet.core.references import pretty
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission, allowed
from conbillet.sales.access import get_order_for
from conbillet.sales.models import Order, OrderLine
from conbillet.web.pages import office_page
from conbillet.web.templatetags.conbillet import moment
from conbillet.workflows.order_search import find_orders

from ..badges import Badge, order_badge
from ..order_forms import CancelForm, FindForm, NameForm, ReceivedForm, ReplaceEmailForm
from ..order_page import note_seen, order_page
from ..paging import page_of

View = Callable[..., HttpResponse]


MOST_THINGS = 3


@dataclass(frozen=True)
class OrderRow:
    """An order in the list, in words: fifty of them make the page, so its template has little to do for each."""

    order: Order
    address: str
    reference: str
    placed: str
    things: str
    amount: str
    method: str
    badge: Badge


def order_view(permission: Permission) -> Callable[[View], View]:
    """An office page about one order: `view(request, standing, order, **rest)`; another association's is not found."""

    def decorate(view: View) -> View:
        @office_page(permission)
        @wraps(view)
        def page(request: HttpRequest, standing: Standing, reference: str, **rest: Any) -> HttpResponse:
            try:
                return view(request, standing, get_order_for(standing=standing, reference=reference), **rest)
            except NotFound:
                raise Http404 from None

        return page

    return decorate


def to_order(standing: Standing, order: Order) -> HttpResponse:
    return redirect("office:order", organization=standing.organization.slug, reference=order.reference)


@require_http_methods(["GET", "POST"])
@office_page(Permission.SEE_OFFICE)
def orders(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The association's orders. What somebody searches for is sent by POST: names do not belong into addresses."""
    if request.method == "POST" and not request.POST.get("q", "").strip():
        kept = {name: request.POST[name] for name in ("event", "state", "product", "method", "sort") if request.POST.get(name)}
        here = reverse("office:orders", kwargs={"organization": standing.organization.slug})
        return redirect(f"{here}?{urlencode(kept)}" if kept else here)
    data = request.POST if request.method == "POST" else request.GET
    events = list(Event.objects.filter(organization=standing.organization).order_by("-starts_on", "-pk"))
    event = next((event for event in events if event.slug == data.get("event")), None)
    products = Product.objects.filter(event=event).order_by("position", "pk") if event else []
    english = get_language() == "en"
    form = FindForm(
        data, events=events, products=[(product, (english and product.name_en) or product.name_da) for product in products]
    )
    wanted = form.wanted()
    found = find_orders(organization_id=standing.organization.pk, wanted=wanted)
    page = page_of(found, data.get("page", "1"), searched=bool(wanted.text))
    context = {
        "form": form,
        "page": page,
        "rows": _rows(list(page), standing.organization.slug),
        "searching": request.method == "POST",
        "narrowed": any(form.cleaned_data.get(name) for name in ("q", "event", "state", "product", "method")),
        "any_event": bool(events),
        "may_see_money": allowed(standing.actor.role, Permission.SEE_MONEY),
        "event": event,
    }
    return render(request, "office/orders/list.html", context)


def _rows(orders: list[Order], organization: str) -> list[OrderRow]:
    """What is on each order, in one query for the page."""
    things: dict[int, Counter[str]] = {order.pk: Counter() for order in orders}
    refunded = set()
    for order, text, reverses in (
        OrderLine.objects.filter(order__in=things).order_by("order", "position").values_list("order", "text", "reverses")
    ):
        if reverses:
            refunded.add(order)
        else:
            things[order][text] += 1
    language, methods = get_language(), {method.value: str(method.label) for method in Order.Method}
    return [
        OrderRow(
            order=order,
            address=reverse("office:order", args=[organization, order.reference]),
            reference=pretty(order.reference),
            placed=moment(order.placed_at, "short"),
            things=_in_words(things[order.pk]),
            amount=format_money(order.amount, order.currency, language),
            method=methods[order.method],
            badge=order_badge(order, partly_refunded=order.pk in refunded),
        )
        for order in orders
    ]


def _in_words(things: Counter[str]) -> str:
    """`2 × Adult, all days · T-shirt · …`"""
    named = [f"{units} × {text}" if units > 1 else text for text, units in things.items()]
    return " · ".join([*named[:MOST_THINGS], "…"] if len(named) > MOST_THINGS else named)


@require_safe
@order_view(Permission.SEE_OFFICE)
def order(request: HttpRequest, standing: Standing, order: Order) -> HttpResponse:
    """One order. That it was looked at is written into the log."""
    return show_order(request, standing, order)


def show_order(request: HttpRequest, standing: Standing, order: Order, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The order's page, perhaps with forms that were filled in wrongly (by their names in the template)."""
    page = order_page(standing=standing, order=order)
    note_seen(standing=standing, order=order, people=page.people, now=clock.now())
    context = {
        "page": page,
        "order": order,
        "email_form": ReplaceEmailForm(),
        "received_form": ReceivedForm(),
        "cancel_form": CancelForm(),
        "name_forms": {
            row.person.pk: NameForm(
                initial={"name": row.person.name, "badge_name": row.person.badge_name}, prefix=f"person-{row.person.pk}"
            )
            for row in page.people
            if row.person
        },
        **forms,
    }
    return render(request, "office/orders/order.html", context, status=status)
