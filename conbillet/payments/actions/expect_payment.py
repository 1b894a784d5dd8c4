"""Money is expected for something."""

from datetime import datetime

from conbillet.core import rows
from conbillet.core.references import new_reference

from ..models import Payment


def expect_payment(*, organization_id: int, about: str, amount: int, method: str, now: datetime) -> Payment:
    """One expected payment of `amount` øre for what `about` names (an order's reference): a single INSERT."""
    return rows.create(
        Payment,
        organization_id=organization_id,
        reference=new_reference(),
        about=about,
        amount=amount,
        method=method,
        created_at=now,
    )
