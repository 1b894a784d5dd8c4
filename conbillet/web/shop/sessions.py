"""What the session remembers of a visitor's shopping: one cart an event, by its reference. Nothing about a person."""

from django.http import HttpRequest

CARTS = "carts"
MOST = 8  # carts of one session; the oldest is forgotten first


def cart_reference(request: HttpRequest, organization: str, event: str) -> str:
    """The reference of the cart that this browser has at the event with these slugs, or nothing."""
    carts = request.session.get(CARTS)
    return str(carts.get(f"{organization}/{event}", "")) if isinstance(carts, dict) else ""


def remember_cart(request: HttpRequest, organization: str, event: str, *, reference: str, count: int) -> None:
    """Keep the cart's reference, and how much is in it for the page's header. Starts a session if there is none."""
    key = f"{organization}/{event}"
    carts = {other: kept for other, kept in request.session.get(CARTS, {}).items() if other != key}
    carts = dict(list(carts.items())[-(MOST - 1) :]) | {key: reference}
    request.session[CARTS] = carts
    show_count(request, organization, event, count=count)


def shown_count(request: HttpRequest, organization: str, event: str) -> int:
    """How many things the header shows for this event's cart."""
    mine = request.session.get("cart_url") == _url(organization, event)
    return int(request.session.get("cart_count", 0)) if mine else 0


def show_count(request: HttpRequest, organization: str, event: str, *, count: int) -> None:
    """What the header shows of this cart: how many things (an ordered cart counts as empty) and where they are."""
    if request.session.get("cart_count") != count:
        request.session["cart_count"] = count
    if request.session.get("cart_url") != _url(organization, event):
        request.session["cart_url"] = _url(organization, event)


def _url(organization: str, event: str) -> str:
    return f"/{organization}/{event}/checkout/"
