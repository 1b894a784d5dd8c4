"""The visitor's own internet address.

What a client writes into a header is believed from nobody but the proxies that the settings name: the chain in
`X-Forwarded-For` is read from its end (what the nearest proxy saw) for as long as the speaker is trusted.
"""

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from conbillet.core.rate_limits import network_of

# https://www.cloudflare.com/ips/ (promise `cookie.cloudflare`: the address is taken only from CloudFlare's own networks)
CLOUDFLARE = (
    "173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18", "108.162.192.0/18",
    "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13",
    "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22", "2400:cb00::/32", "2606:4700::/32", "2803:f800::/32",
    "2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29", "2c0f:f248::/32",
)  # fmt: skip
NOWHERE = "0.0.0.0"  # noqa: S104 - not bound to: what stands where no address is known (a Unix socket)


def client_address(request: HttpRequest) -> str:
    """The visitor's address as text; NOWHERE when there is none, as behind a Unix socket without a trusted proxy."""
    networks = _trusted(tuple(settings.CONBILLET_TRUSTED_PROXIES))
    speaker = _parsed(request.META.get("REMOTE_ADDR", ""))
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while chain and _is_trusted(speaker, networks):
        said = _parsed(chain.pop())
        if said is None:
            break
        speaker = said
    return str(speaker) if speaker else NOWHERE


def client_network(request: HttpRequest) -> str:
    """What rate limits count by: the address, or the /64 of an IPv6 address."""
    return network_of(client_address(request))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_trusted(address: IPv4Address | IPv6Address | None, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    if address is None:
        # A Unix socket: only our own proxy can reach it, when there is one at all.
        return bool(networks)
    return any(address in network for network in networks)


@cache
def _trusted(names: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    texts = [text for name in names for text in (CLOUDFLARE if name == "cloudflare" else (name,))]
    return tuple(ip_network(text, strict=False) for text in texts)
