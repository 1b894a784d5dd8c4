"""What open pages fetch by themselves: how many are in, and what they need when the network goes away."""

from base64 import b64encode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import Event
from conbillet.organizations.access import Standing
from conbillet.tickets.keys import ticket_keys
from conbillet.tickets.queries import by_product, without_network

from ..page import door_page


@require_safe
@door_page
def figures(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """`tickets`, `inside`, and one `product-<n>` for each row of the page's table, in its order."""
    products = by_product(event=event)
    rows = {f"product-{number}": product.inside for number, product in enumerate(products)}
    tickets, inside = sum(one.tickets for one in products), sum(one.inside for one in products)
    return JsonResponse({"tickets": tickets, "inside": inside, **rows})


@require_safe
@door_page
def offline(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """The public keys (base64) and the tickets' references with their states; no names."""
    keys = {name: b64encode(key.public_bytes_raw()).decode() for name, key in ticket_keys().public_keys().items()}
    return JsonResponse({"event": event.reference, "keys": keys, "tickets": without_network(event=event)})
