"""How often something may be tried: counters in PostgreSQL, so that all processes count together.

A counter's key is a keyed hash, so the table tells nobody who tried what. Windows are fixed: at most twice the amount
can fall around the change of a window, which is enough to stop guessing and flooding.
"""

import hmac
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings

from .models import RateLimit
from .prepared import fetch

# One statement: two requests at once can never both be the last one allowed.
_COUNT = """
INSERT INTO core_ratelimit AS it (key, "window", count, forget_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN it."window" = EXCLUDED."window" THEN it.count + EXCLUDED.count ELSE EXCLUDED.count END,
    "window" = EXCLUDED."window", forget_at = EXCLUDED.forget_at
RETURNING count
"""
# An IPv6 customer is given a whole /64 (RFC 6177), so single addresses there cost nothing.
_IPV6_PREFIX = 64


def spend(scope: str, who: str, *, amount: int, seconds: int, now: datetime, units: int = 1) -> bool:
    """Count a try of `scope` by `who` (an address, an e-mail, an id); whether it is within `amount` per `seconds`.

    `units` is what the try weighs, where things are counted and not tries.
    """
    window = int(now.timestamp()) // seconds
    forget_at = datetime.fromtimestamp((window + 1) * seconds, UTC)
    ((count,),) = fetch(_COUNT, [_key(scope, seconds, who), window, units, forget_at])
    return int(count) <= amount


def network_of(address: str) -> str:
    """The part of an internet address that stands for one customer: IPv4 whole, IPv6 by its /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False).network_address)
    return str(parsed)


def forget_old_counters(*, now: datetime) -> int:
    """Delete counters whose window has passed; returns how many."""
    return RateLimit.objects.filter(forget_at__lt=now).delete()[0]


def _key(scope: str, seconds: int, who: str) -> str:
    text = f"{scope}\x00{seconds}\x00{who.lower()}"
    return hmac.new(b"rate limit " + settings.SECRET_KEY.encode(), text.encode(), sha256).hexdigest()
