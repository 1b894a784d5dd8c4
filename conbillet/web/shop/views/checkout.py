"""The checkout: one page with the cart, the people, the buyer and the button. Works without script."""

import re
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.offer import offer_of
from conbillet.catalogue.queries import EventNotFound, event_page
from conbillet.core import clock
from conbillet.memberships.queries import types_by_id
from conbillet.payments.actions.start_checkout import CannotCheckOut, CheckoutUnavailable
from conbillet.sales.access import get_cart
from conbillet.sales.actions.add_to_cart import CannotAddToCart, Wish
from conbillet.sales.actions.change_cart import CartIsOrdered, change_cart
from conbillet.sales.actions.place_order import AlreadyOrdered, AmountChanged, CannotPlaceOrder
from conbillet.sales.models import Cart, Order
from conbillet.sales.queries import held_until, lines_of, order_of_cart
from conbillet.usage.steps import Step
from conbillet.web.counting import note, note_refusal
from conbillet.web.pages import actor_of
from conbillet.workflows.purchase import pay, place_order

from ..answers import see_other
from ..checkout_page import CheckoutPage, shown_amount
from ..event_page import event_context
from ..holding import TOO_MANY, may_hold
from ..sessions import cart_reference, show_count, shown_count
from ..terms import accepted_at

_CHANGE = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,3})")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, organization: str, event: str) -> HttpResponse:
    """Show the cart and take the order. A cart that was ordered already leads to its order."""
    cart = _cart(request, organization, event)
    if cart is None:
        return redirect("shop:event", organization, event)
    if cart.ordered_at is not None:
        return _to_order(order_of_cart(cart))
    if request.method != "POST":
        note(request, cart.event, Step.CHECKOUT, now=clock.now())
        return _show(request, _page(request, cart))
    if request.POST.get("cart") != cart.reference:
        page = _page(request, cart)
        note_refusal(request, cart.event, "other_window", now=page.now)
        page.notices.append(_("Your cart was changed in another window. This is what is in it now."))
        return _show(request, page)
    if "change" in request.POST:
        return _change(request, cart, request.POST["change"])
    if request.POST.get("action") == "more":
        return _more(request, cart)
    if request.POST.get("action") != "buy":
        return _show(request, _page(request, cart, request.POST))
    return _buy(request, cart)


def _buy(request: HttpRequest, cart: Cart) -> HttpResponse:
    page = _page(request, cart, request.POST, judge=True)
    note(request, cart.event, Step.DETAILS, now=page.now)
    if page.cannot_be_paid:
        note_refusal(request, cart.event, CheckoutUnavailable, now=page.now)
    if not page.is_valid():
        for name in page.faulty_fields():
            note(request, cart.event, Step.FAULT, now=page.now, detail=name)
        if any(block.is_new for block in page.blocks):
            page.notices.append(_("There is one person more now. Write who it is."))
        return _show(request, page)
    shown = shown_amount(request.POST)
    if shown != page.amount:
        note_refusal(request, cart.event, AmountChanged, now=page.now)
        page.notices.append(str(AmountChanged.message))
        return _show(request, page)
    now = clock.now()
    details = page.details(shown_amount=shown, language=request.LANGUAGE_CODE)
    try:
        order = place_order(cart=cart, details=details, accepted=accepted_at(now), actor=actor_of(request), now=now)
    except AlreadyOrdered as refusal:
        return _to_order(refusal.order)
    except AmountChanged as refusal:
        note_refusal(request, cart.event, refusal, now=now)
        page = _page(request, cart, request.POST, judge=True)
        page.notices.append(str(refusal.message))
        return _show(request, page)
    except CannotPlaceOrder as refusal:
        note_refusal(request, cart.event, refusal, now=now)
        page.refuse(refusal)
        return _show(request, page)
    note(request, cart.event, Step.ORDER, now=now)
    show_count(request, cart.organization.slug, cart.event.slug, count=0)
    if order.state == Order.State.AWAITING_PAYMENT and order.method == Order.Method.CARD:
        try:
            return see_other(pay(order=order, now=now))
        except CannotCheckOut as refusal:
            note_refusal(request, cart.event, refusal, now=now)
            # The order stands and its places are kept; its page says what is wrong and lets the buyer try again.
            request.session["payment_problem"] = str(refusal)
    return _to_order(order)


def _change(request: HttpRequest, cart: Cart, wish: str) -> HttpResponse:
    """Set how many of one thing there are. The number is absolute, so sending it twice is harmless."""
    match = _CHANGE.fullmatch(wish)
    message, product = "", 0
    if match:
        product, variant, quantity = int(match[1]), int(match[2]) or None, int(match[3])
        there = sum((line.product_id, line.variant_id) == (product, variant) for line in lines_of(cart))
        try:
            if may_hold(request, quantity - there):
                change_cart(cart=cart, wishes=[Wish(product, quantity, variant)], now=clock.now())
            else:
                message = str(TOO_MANY)
                note_refusal(request, cart.event, "too_often", now=clock.now())
        except CartIsOrdered as refusal:
            return _to_order(refusal.order)
        except CannotAddToCart as refusal:
            note_refusal(request, cart.event, refusal, now=clock.now())
            message = str(refusal.message)
    page = _page(request, cart, request.POST)
    if message:
        row = next((row for row in page.rows if row.product.pk == product), None)
        if row is not None:
            row.error = message
        else:
            page.general.append(message)
    return _show(request, page)


def _more(request: HttpRequest, cart: Cart) -> HttpResponse:
    """The event's page again, to add something; it brings back what was typed here."""
    now = clock.now()
    try:
        page = event_page(organization_slug=cart.organization.slug, event_slug=cart.event.slug, now=now)
    except EventNotFound:
        return redirect("shop:event", cart.organization.slug, cart.event.slug)
    counts = {"cart_count": len(lines_of(cart)), "cart_url": request.path}
    return render(request, "shop/event.html", {**event_context(page, typed=request.POST), **counts})


def _cart(request: HttpRequest, organization: str, event: str) -> Cart | None:
    return get_cart(reference=cart_reference(request, organization, event), organization=organization, event=event)


def _page(
    request: HttpRequest, cart: Cart, sent: Mapping[str, str] | None = None, *, judge: bool = False
) -> CheckoutPage:
    user = request.user
    lines = lines_of(cart)
    products = offer_of(cart.event).products
    dues = {kind for line in lines if (kind := products[line.product_id].membership_type_id)}
    return CheckoutPage(
        cart=cart,
        lines=lines,
        person=user.person if user.is_authenticated else None,
        email=user.email if user.is_authenticated else "",
        sent=sent,
        judge=judge,
        dues_types=types_by_id(dues),
        now=clock.now(),
    )


def _show(request: HttpRequest, page: CheckoutPage) -> HttpResponse:
    cart = page.cart
    slugs = cart.organization.slug, cart.event.slug
    if shown_count(request, *slugs) != len(page.lines):
        show_count(request, *slugs, count=len(page.lines))
    until = held_until(cart)
    context = {
        "page": page,
        "event": page.event,
        "organization": page.organization,
        "until": until if until and until > page.now else None,
        "event_path": f"/{cart.organization.slug}/{cart.event.slug}/#tickets",
        "accepted": accepted_at(page.now),
        **page.summary,
    }
    return render(request, "shop/checkout.html", context)


def _to_order(order: Order) -> HttpResponse:
    return see_other("shop:order", order.reference, order.access_key)
