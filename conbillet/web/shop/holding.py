"""How much one network may put in carts: a robot must not keep a whole event for itself, twenty minutes at a time."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from conbillet.core import clock, security_log
from conbillet.core.rate_limits import network_of, spend
from conbillet.web.client_address import NOWHERE, client_address

SECONDS = 600
MOST_AT_ONCE = 1000  # a longer number is refused anyway; it must not run over the counter
TOO_MANY = _(
    "So much has been put in carts from your network that we must ask you to wait ten minutes. What is in your cart stays there."
)


def may_hold(request: HttpRequest, units: int) -> bool:
    """Count `units` things that are about to be put in a cart; whether the visitor's network may still do so.

    At most `CONBILLET_HOLDS_PER_NETWORK` in ten minutes and network (an IPv4 address, a /64 of IPv6), counted under a
    keyed hash. Generous, since a whole convention sits behind one address. Not counted: this machine itself, or the
    visitors of a proxy that the settings do not name would all be one.
    """
    address = client_address(request)
    if units < 1 or address == NOWHERE or ip_address(address).is_loopback:
        return True
    network = network_of(address)
    within = spend(
        "cart",
        network,
        amount=settings.CONBILLET_HOLDS_PER_NETWORK,
        seconds=SECONDS,
        now=clock.now(),
        units=min(units, MOST_AT_ONCE),
    )
    if not within:
        security_log.note("too_often", network=network, page="cart")
    return within
