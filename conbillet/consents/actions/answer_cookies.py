"""Keep what a browser answered about cookies."""

from datetime import datetime

from conbillet.core.references import new_reference

from ..models import ConsentReceipt
from ..policy_texts import Version
from ..queries import ALL, NECESSARY


def answer_cookies(*, reference: str, allow_all: bool, gpc: bool, policy: Version, now: datetime) -> ConsentReceipt:
    """Add a receipt of the answer, under the browser's `reference` or, when it has none, under a new random one.

    The browser's own signal (`Sec-GPC: 1`) is a refusal, whatever was pressed.
    """
    return ConsentReceipt.objects.create(
        reference=reference or new_reference(20),
        policy_version=policy.name,
        text_hash=policy.text_hash,
        choices=ALL if allow_all and not gpc else NECESSARY,
        method="gpc" if gpc else "form",
        given_at=now,
    )
