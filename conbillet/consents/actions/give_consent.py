"""Somebody who is logged in says yes to be written to."""

from datetime import datetime

from django.utils.translation import gettext as _

from conbillet.accounts.models import Account
from conbillet.core.clock import age_on, copenhagen_day
from conbillet.core.references import new_reference

from ..ledger import ConsentRefused, consent_text, has_consented
from ..models import MarketingConsent

# Who may consent to a service by themselves: databeskyttelsesloven § 6(2), since 1 January 2024.
OLD_ENOUGH = 15


def give_consent(
    *, account: Account, organization_id: int | None, purpose: str, gpc: bool, language: str, now: datetime
) -> bool:
    """Add the yes to the ledger; False when it stood there already. The account's address is proven by its codes.

    Raises ConsentRefused when the browser says no for its owner (`Sec-GPC: 1`), and for children under 15.
    """
    if gpc:
        raise ConsentRefused(_("Your browser says no for you (Global Privacy Control), so we do not take a yes."))
    today = copenhagen_day(now)
    born = account.person.birth_date
    if born is not None and age_on(born, today) < OLD_ENOUGH:
        raise ConsentRefused(_("You must be 15 to say yes by yourself."))
    email = account.email.lower()
    if has_consented(email=email, organization_id=organization_id, purpose=purpose):
        return False
    text = consent_text(on=today)
    MarketingConsent.objects.create(
        reference=new_reference(),
        person_id=account.person_id,
        email=email,
        organization_id=organization_id,
        purpose=purpose,
        event=MarketingConsent.Event.GIVEN,
        method=MarketingConsent.Method.ACCOUNT,
        text_version=text.name,
        text_hash=text.text_hash,
        language=language,
        at=now,
    )
    return True
