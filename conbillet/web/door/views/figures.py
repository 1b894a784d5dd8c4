"""How many are in, for pages that are open."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.tickets.queries import counters

from ..page import door_page


@require_safe
@door_page
def figures(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """`tickets`, `inside`, and one `product-<n>` for each row of the page's table, in its order."""
    now = counters(event=event, now=clock.now())
    rows = {f"product-{number}": product.inside for number, product in enumerate(now.products)}
    return JsonResponse({"tickets": now.tickets, "inside": now.inside, **rows})
