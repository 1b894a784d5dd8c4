"""A package for somebody whom our staff have checked, and who cannot log in with the address that the data is under.

An officer makes a code and hands it over in the way in which they made sure who asks: by phone, by letter, in person. It
works once, for seven days at most and for five tries; only its keyed hash is stored. The old address is told.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import ANONYMOUS, Actor
from conbillet.core.keys import InstallationKeys
from conbillet.core.references import BadReference, new_reference, normalise
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.privacy.actions.decide_authority_case import officer
from conbillet.privacy.insight.store import fetch
from conbillet.privacy.models import InsightPackage
from conbillet.support.models import Case

MOST_TRIES = 5


class NoCode(Exception):
    message = _("A code is for somebody whom an officer has checked, and for a package that is ready.")


class WrongCode(Exception):
    """One message for whatever does not fit: an unknown number, a wrong code, one that was used, tried too often or is over."""

    message = _("This number and this code do not fit each other, or the code does not work any more. Ask us for a new one.")


@dataclass(frozen=True)
class Fetched:
    """What the right code opens."""

    reference: str
    content: bytes


def package_for_code(case: Case, *, now: datetime) -> InsightPackage | None:
    """The package of a case that a code can be made for."""
    if case.identity != Case.Identity.STAFF:
        return None
    ready = InsightPackage.objects.filter(case=case, state=InsightPackage.State.READY, expires_at__gte=now)
    return ready.order_by("-pk").first()


@transaction.atomic
def make_code(*, case: Case, actor: Actor, now: datetime) -> tuple[InsightPackage, str]:
    """A new code, which replaces an older one; shown this one time. Raises NoCode."""
    found = package_for_code(case, now=now) if officer(actor) else None
    if found is None:
        raise NoCode
    package = InsightPackage.objects.select_for_update().get(pk=found.pk)
    code = new_reference()
    package.token_hash, package.token_tries = _hash(package, code), 0
    package.save(update_fields=["token_hash", "token_tries"])
    audit.record(
        action="insight_code_made",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="insight_package",
        object_reference=package.reference,
        subject=package.person_id,
    )
    return package, code


def fetch_by_code(*, number: str, code: str, now: datetime) -> Fetched:
    """The zip; the code is used up with it. Raises WrongCode."""
    try:
        reference, typed = normalise(number), normalise(code)
    except BadReference:
        raise WrongCode from None
    package = _spend(reference, typed, now)
    if package is None:
        raise WrongCode
    try:
        plain = fetch(package)
    except FileNotFoundError:
        raise WrongCode from None
    return Fetched(package.reference, plain)


@transaction.atomic
def _spend(reference: str, typed: str, now: datetime) -> InsightPackage | None:
    """The package whose code this is; a wrong one counts as a try, and the count stays."""
    rows = InsightPackage.objects.select_for_update(of=("self",)).filter(reference=reference).exclude(token_hash="")
    package = rows.first()
    if package is None or package.expires_at is None or package.expires_at < now or package.token_tries >= MOST_TRIES:
        return None
    package.token_tries += 1
    right = hmac.compare_digest(package.token_hash, _hash(package, typed))
    package.token_hash = "" if right else package.token_hash
    package.save(update_fields=["token_hash", "token_tries"])
    if not right:
        return None
    audit.record(
        action="insight_fetched",
        actor=ANONYMOUS,
        now=now,
        organization_id=None,
        object_kind="insight_package",
        object_reference=package.reference,
        subject=package.person_id,
    )
    case = package.case
    if case is not None and case.email:
        queue_mail(
            kind="insight_code_used",
            key=f"insight_code_used/{package.reference}",
            recipient=case.email,
            language=package.language,
            about=package.reference,
            organization_id=None,
            person_id=package.person_id,
            now=now,
        )
    return package


def _hash(package: InsightPackage, code: str) -> str:
    key = InstallationKeys(settings.CONBILLET_KEYS / "installation").key_for("insight-codes")
    return hmac.digest(key, f"{package.reference}/{code}".encode(), "sha256").hex()
