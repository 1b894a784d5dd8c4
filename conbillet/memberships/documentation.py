"""What a documentation says and how it is checked: digests, the sample, and what has changed since."""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .counting.count import Counted
from .models import DocumentedMember, MemberDocumentation


def sha256_of(value: Any) -> str:
    """SHA-256 of a value as canonical JSON (RFC 8785 in spirit: sorted keys, no spaces, UTF-8)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(counted: Counted, *, seed: str) -> str:
    """Of everything that was known of one member when counted.

    Keyed by the seed, so that the digest does not tell a name that somebody guesses once the name is gone.
    """
    text = json.dumps(counted.everything(), ensure_ascii=False, sort_keys=True, default=str)
    return hmac.new(seed.encode(), text.encode(), "sha256").hexdigest()


def list_sha256(digests: Iterable[str]) -> str:
    """Over all digests, in the list's order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def verifies(documentation: MemberDocumentation) -> bool:
    """Whether numbers and rows still are those that were written."""
    digests = documentation.members.order_by("position").values_list("digest", flat=True)
    return (
        sha256_of(documentation.numbers) == documentation.numbers_sha256
        and list_sha256(digests) == documentation.list_sha256
    )


def sample(documentation: MemberDocumentation, size: int, *, without: Collection[int] = ()) -> list[DocumentedMember]:
    """Members who count, drawn for an auditor: the same ones whenever it is drawn, and a larger one contains the smaller.

    Whoever knows the seed can draw it again: positions in the order of SHA-256 over seed and position. For members
    `without` (the register's keys) the next in that order is taken.
    """
    counts = documentation.members.filter(counts=True)
    rows = counts.values_list("position", "member_id")
    counting = [position for position, member in rows if member not in without]
    drawn = sorted(counting, key=lambda position: _lot(documentation.seed, position))[: max(size, 0)]
    return list(documentation.members.filter(position__in=drawn).order_by("position"))


def _lot(seed: str, position: int) -> str:
    return hashlib.sha256(f"{seed}:{position}".encode()).hexdigest()


@dataclass(frozen=True)
class Adjustment:
    """Somebody counts otherwise today than when the year was documented. `member_no` is the association's own number."""

    member_no: str
    before: str  # "counts", a reason code, or empty: not in the list
    now: str


def adjustments(documentation: MemberDocumentation, counted: Sequence[Counted]) -> list[Adjustment]:
    """What the same rules say of the register as it is now, where it differs. The documentation itself never changes."""
    before = {
        number: _word(counts, reason)
        for number, counts, reason in documentation.members.exclude(member_no="").values_list(
            "member_no", "counts", "reason_code"
        )
    }
    today = {one.member_no: _word(one.verdict.counts, one.verdict.reason) for one in counted if one.member_no}
    differing = [number for number in {**before, **today} if before.get(number, "") != today.get(number, "")]
    return [Adjustment(number, before.get(number, ""), today.get(number, "")) for number in differing]


def _word(counts: bool, reason: str) -> str:
    return "counts" if counts else reason
