"""The second half of a double opt-in: whoever opens the mailed link owns the address."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.references import new_reference

from ..ledger import ConsentRefused, has_consented
from ..models import MarketingConsent

OPEN_FOR = timedelta(days=7)


@transaction.atomic
def confirm_consent(*, asked: MarketingConsent, gpc: bool, now: datetime) -> MarketingConsent | None:
    """Add the yes that was asked for, to the text that was shown then; None when it is given already.

    Raises ConsentRefused when the wish is too old, was answered by a withdrawal since, or the browser says no.
    """
    if gpc:
        raise ConsentRefused(_("Your browser says no for you (Global Privacy Control), so we do not take a yes."))
    MarketingConsent.objects.select_for_update().get(pk=asked.pk)
    terms: dict[str, Any] = {"email": asked.email, "organization_id": asked.organization_id, "purpose": asked.purpose}
    if has_consented(**terms):
        return None
    later = MarketingConsent.objects.filter(**terms, pk__gt=asked.pk).exclude(event=MarketingConsent.Event.ASKED)
    if asked.event != MarketingConsent.Event.ASKED or now > asked.at + OPEN_FOR or later.exists():
        raise ConsentRefused(_("This link no longer says yes. Ask for a new one if you still want to."))
    return MarketingConsent.objects.create(
        reference=new_reference(),
        person_id=asked.person_id,
        event=MarketingConsent.Event.GIVEN,
        method=MarketingConsent.Method.DOUBLE_OPT_IN,
        text_version=asked.text_version,
        text_hash=asked.text_hash,
        language=asked.language,
        at=now,
        **terms,
    )
