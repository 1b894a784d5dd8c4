"""Putting things in the cart from an event's page."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.queries import EventNotFound, EventPage, event_page
from conbillet.core import clock
from conbillet.sales.access import get_cart
from conbillet.sales.actions.add_to_cart import BadQuantity, CannotAddToCart, NothingChosen, add_to_cart
from conbillet.usage.steps import Step
from conbillet.web.counting import note, note_refusal
from conbillet.web.tokenless import sent_from_elsewhere

from ..answers import see_other, send_on
from ..carrying import carried
from ..event_page import event_context
from ..holding import TOO_MANY, may_hold
from ..sessions import cart_reference, remember_cart, shown_count
from ..wishes import wishes_from


# The event's page sets no cookie and is the same for everybody, so it holds no token; the browser's own word about
# where the form was sent from takes its place.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def cart(request: HttpRequest, organization: str, event: str) -> HttpResponse:
    """POST: add what was chosen, and hold it. The cart is shown, and changed, on the checkout's page."""
    if request.method != "POST":
        return redirect("shop:checkout", organization, event)
    if sent_from_elsewhere(request):
        raise PermissionDenied
    now = clock.now()
    try:
        page = event_page(organization_slug=organization, event_slug=event, now=now)
    except EventNotFound:
        raise Http404 from None
    wishes, refusals = wishes_from(request.POST)
    if refusals:
        note_refusal(request, page.event, BadQuantity, now=now)
        return _refused(request, page, errors=refusals)
    from_checkout = bool(carried(request.POST))
    if from_checkout and not wishes:
        return send_on("shop:checkout", organization, event)
    if not may_hold(request, sum(wish.quantity for wish in wishes)):
        note_refusal(request, page.event, "too_often", now=now)
        return _refused(request, page, general=str(TOO_MANY), status=429)
    open_cart = get_cart(reference=cart_reference(request, organization, event), organization=organization, event=event)
    try:
        cart = add_to_cart(event=page.event, cart=open_cart, wishes=wishes, language=request.LANGUAGE_CODE, now=now)
    except CannotAddToCart as refusal:
        note_refusal(request, page.event, refusal, now=now)
        shown = {one.product.pk for one in page.products}
        if refusal.product_id in shown and not isinstance(refusal, NothingChosen):
            return _refused(request, page, errors={refusal.product_id: str(refusal.message)})
        return _refused(request, page, general=str(refusal.message))
    note(request, page.event, Step.CART, now=now)
    count = sum(wish.quantity for wish in wishes)
    if open_cart is not None and open_cart.pk == cart.pk:
        count += shown_count(request, organization, event)
    remember_cart(request, organization, event, reference=cart.reference, count=count)
    if from_checkout:
        return send_on("shop:checkout", organization, event)
    get_token(request)  # stored with the same write; the checkout's form will need it
    return see_other("shop:checkout", organization, event)


def _refused(
    request: HttpRequest, page: EventPage, *, errors: dict[int, str] | None = None, general: str = "", status: int = 422
) -> HttpResponse:
    context = event_context(page, typed=request.POST, errors=errors, general=general)
    return render(request, "shop/event.html", context, status=status)
