"""What I have bought."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from conbillet.organizations.access import NotFound
from conbillet.sales.access import get_my_order
from conbillet.sales.queries import orders_of
from conbillet.web.pages import actor_of

ON_A_PAGE = 20


@require_safe
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """The latest first, twenty on a page."""
    account: Any = request.user
    found = Paginator(orders_of(person_id=account.person_id), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "me/orders.html", {"section": "orders", "found": found})


@require_safe
@login_required
def order(request: HttpRequest, reference: str) -> HttpResponse:
    """To the order's own page; somebody else's order is not found."""
    try:
        mine = get_my_order(actor=actor_of(request), reference=reference)
    except NotFound:
        raise Http404 from None
    return redirect("shop:order", mine.reference, mine.access_key)
