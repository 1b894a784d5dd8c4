"""Somebody without an account wished for news: mail them the link that makes it a yes."""

from conbillet.consents.models import MarketingConsent
from conbillet.core import clock
from conbillet.mail.actions.queue_mail import queue_mail


def consent_asked(*, consent: int) -> None:
    """Job: queue the mail, once a wish. Harmless when repeated, and when the wish is gone meanwhile."""
    row = MarketingConsent.objects.filter(pk=consent, event=MarketingConsent.Event.ASKED).first()
    if row is None:
        return
    queue_mail(
        kind="consent_confirm",
        key=f"consent/{row.reference}",
        recipient=row.email,
        language=row.language,
        about=row.reference,
        organization_id=row.organization_id,
        person_id=None,
        now=clock.now(),
    )
