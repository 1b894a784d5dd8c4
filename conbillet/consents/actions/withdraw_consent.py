"""Take a yes back: always possible, at once, by whoever has the link or the account."""

from datetime import datetime
from uuid import UUID

from conbillet.core.clock import copenhagen_day
from conbillet.core.references import new_reference

from ..ledger import consent_text, has_consented
from ..models import MarketingConsent


def withdraw_consent(
    *,
    email: str,
    organization_id: int | None,
    purpose: str,
    method: str,
    person_id: UUID | None,
    language: str,
    now: datetime,
) -> bool:
    """Add the withdrawal to the ledger; False when there is nothing to withdraw. What was done before stays lawful."""
    if not has_consented(email=email, organization_id=organization_id, purpose=purpose):
        return False
    text = consent_text(on=copenhagen_day(now))
    MarketingConsent.objects.create(
        reference=new_reference(),
        person_id=person_id,
        email=email.lower(),
        organization_id=organization_id,
        purpose=purpose,
        event=MarketingConsent.Event.WITHDRAWN,
        method=method,
        text_version=text.name,
        text_hash=text.text_hash,
        language=language,
        at=now,
    )
    return True
