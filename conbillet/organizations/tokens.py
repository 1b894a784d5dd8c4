"""The secret in an invitation's link."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings


def invitation_token(*, organization_id: int, email: str, created_at: datetime) -> str:
    """Derived from our key, so that only its hash need be stored, and the mail's writer can make the link anew."""
    text = f"invitation {organization_id} {email} {created_at.isoformat()}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
