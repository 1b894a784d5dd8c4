"""What concerns the security of the house, one line each in the log `conbillet.security` (UTC, key=value).

Nobody is named: accounts, addresses and networks appear as short keyed hashes. The same person or network has the same
mark in every line of one installation, so that somebody who tries again and again is seen, and nothing can be read back
without the server's key.
"""

import hmac
import logging
import re
from hashlib import sha256

from django.conf import settings

_log = logging.getLogger("conbillet.security")
_WORD = re.compile(r"[a-z0-9_./:-]{1,80}", re.IGNORECASE)


def note(event: str, *, who: str = "", network: str = "", **facts: str) -> None:
    """Write one line. `event` and `facts` are words of ours, never what somebody typed: anything else becomes "?"."""
    marks = {"who": _mark(who), "from": _mark(network)}
    words = {name: value if _WORD.fullmatch(value) else "?" for name, value in facts.items()}
    line = " ".join(f"{name}={value}" for name, value in {**words, **marks}.items() if value)
    _log.info("%s %s", event, line)


def _mark(text: str) -> str:
    if not text:
        return ""
    return hmac.new(b"security log " + settings.SECRET_KEY.encode(), text.lower().encode(), sha256).hexdigest()[:12]
