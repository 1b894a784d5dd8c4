"""Take back what a browser answered about cookies."""

from datetime import datetime

from ..models import ConsentReceipt
from ..policy_texts import Version
from ..queries import NECESSARY, answer_of


def withdraw_answer(*, reference: str, policy: Version, now: datetime) -> bool:
    """Add a receipt of the withdrawal; False when there is no answer under that reference."""
    if answer_of(reference=reference) is None:
        return False
    ConsentReceipt.objects.create(
        reference=reference,
        policy_version=policy.name,
        text_hash=policy.text_hash,
        choices=NECESSARY,
        method="withdrawal",
        given_at=now,
    )
    return True
