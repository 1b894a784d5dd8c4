"""What has happened, told upstairs in the same transaction.

`announce` puts one row into the job queue on Django's own connection: a rollback drops it, a commit makes it certain
(the transactional outbox). Which workflow handles a fact stands in `conbillet.config.jobs`. A fact carries ids only.
"""

import json
import re
from datetime import datetime
from uuid import UUID

from . import rows

_NAME = re.compile(r"[a-z_]+")


class BadFact(Exception):
    """A fact with a bad name, or with something other than an id or a public reference."""


def announce(fact: str, *, at: datetime | None = None, **ids: int | str | UUID) -> None:
    """Tell the upper floors that something has happened, to be handled after commit, or not before `at`.

    Values are row ids, UUIDs or public references. Anything with a blank or an @ is refused: no personal data in jobs.
    """
    if not _NAME.fullmatch(fact):
        raise BadFact(fact)
    payload: dict[str, int | str] = {}
    for key, value in ids.items():
        if isinstance(value, UUID):
            value = str(value)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | str)
            or (isinstance(value, str) and not re.fullmatch(r"[\w-]{1,64}", value))
        ):
            raise BadFact(f"{fact}: {key} is not an id")
        payload[key] = value
    rows.call("conbillet_announce(%s, %s::jsonb, %s)", [f"fact:{fact}", json.dumps(payload), at])
