"""Somebody without an account wishes to be written to: nothing is a yes before the mailed link is opened."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.clock import copenhagen_day
from conbillet.core.facts import announce
from conbillet.core.references import new_reference

from ..ledger import ConsentRefused, consent_text, has_consented
from ..models import MarketingConsent

# One mail a day to an address for each sender, and a few in all, however often somebody types it.
PAUSE = timedelta(days=1)
MOST_A_DAY = 3


@transaction.atomic
def ask_consent(
    *, email: str, organization_id: int | None, purpose: str, gpc: bool, language: str, now: datetime
) -> bool:
    """Note the wish and announce `consent_asked`, which mails the link; False when nothing is to be mailed.

    The page says the same in either case, so that nobody learns whose address is known. Raises ConsentRefused when the
    browser says no for its owner.
    """
    if gpc:
        raise ConsentRefused(_("Your browser says no for you (Global Privacy Control), so we do not take a yes."))
    email = email.strip().lower()
    asked = MarketingConsent.objects.filter(email=email, event=MarketingConsent.Event.ASKED, at__gt=now - PAUSE)
    already = asked.filter(organization_id=organization_id, purpose=purpose).exists()
    if already or asked.count() >= MOST_A_DAY or has_consented(email=email, organization_id=organization_id, purpose=purpose):
        return False
    text = consent_text(on=copenhagen_day(now))
    row = MarketingConsent.objects.create(
        reference=new_reference(),
        email=email,
        organization_id=organization_id,
        purpose=purpose,
        event=MarketingConsent.Event.ASKED,
        method=MarketingConsent.Method.DOUBLE_OPT_IN,
        text_version=text.name,
        text_hash=text.text_hash,
        language=language,
        at=now,
    )
    announce("consent_asked", consent=row.pk)
    return True
