"""What was typed at the checkout, carried along to the event's page and back while somebody adds more to the cart.

It travels in hidden fields of the page itself: nothing about a person is stored anywhere before the order.
"""

import re
from collections.abc import Mapping

MARK = "cart"  # sent by the checkout's form and by nothing else
_NAME = re.compile(r"(buyer|p[0-9]{1,3})-[a-z_]{1,20}|who_[0-9]{1,18}|people|cart|csrfmiddlewaretoken")
MOST, LONGEST = 1500, 300


def carried(sent: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of a checkout among those that were sent. None when they do not come from a checkout."""
    if MARK not in sent:
        return []
    return [(name, sent[name]) for name in sent if _NAME.fullmatch(name) and len(sent[name]) <= LONGEST][:MOST]
