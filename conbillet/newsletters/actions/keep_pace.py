"""How fast newsletters leave, over all issues and workers together."""

from datetime import datetime, timedelta

from conbillet.core.prepared import fetch_one

_TAKE = """
INSERT INTO newsletters_pace AS p (id, free_at) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET free_at = EXCLUDED.free_at WHERE p.free_at <= %s
RETURNING p.free_at
"""


def keep_pace(*, seconds: float, now: datetime) -> datetime | None:
    """Take the only lane for so many seconds; None when it was free, else the instant at which it is."""
    if fetch_one(_TAKE, [now + timedelta(seconds=seconds), now]) is not None:
        return None
    row = fetch_one("SELECT free_at FROM newsletters_pace WHERE id = 1")
    return row[0] if row else now
