"""The secret in a link about one consent: derived from our key, so that nothing secret is stored."""

import hashlib
import hmac

from django.conf import settings

from conbillet.core.references import same_secret

from .models import MarketingConsent


def consent_key(consent: MarketingConsent) -> str:
    """What only a mail to that address says."""
    text = f"consent {consent.reference} {consent.email}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def consent_of_link(*, reference: str, key: str) -> MarketingConsent | None:
    """The event that a mailed link is about; None when there is none or the key is not its own."""
    found = MarketingConsent.objects.select_related("organization").filter(reference=reference[:16]).first()
    return found if found is not None and same_secret(key, consent_key(found)) else None


def consent_path(consent: MarketingConsent) -> str:
    """The page on which one confirms or withdraws, without logging in; also for the header List-Unsubscribe."""
    return f"/newsletter/{consent.reference}/{consent_key(consent)}/"
