"""Show a number to the one who types it into the authority's own form; with a reason, and written down for the person."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import CertificateRequest, CprNumber
from ..vault import open_number


class CannotReveal(Exception):
    message = _("There is no number to show.")


class NoReason(CannotReveal):
    message = _("Say why. The person reads it among their own data.")


@transaction.atomic
def reveal_number(*, request: CertificateRequest, reason: str, actor: Actor, now: datetime) -> str:
    """The ten digits. Raises NoReason, CannotReveal, SealBroken, KeyDestroyed; then nothing was shown."""
    reason = " ".join(reason.split())[:240]
    if len(reason) < 5:
        raise NoReason
    number = CprNumber.objects.filter(request=request).first()
    if number is None or request.person_id is None:
        raise CannotReveal
    opened = open_number(person=request.person_id, request=request.reference, sealed=bytes(number.sealed))
    audit.record(
        action="looked_up_cpr",
        actor=actor,
        now=now,
        organization_id=request.organization_id,
        object_kind="certificate_request",
        object_reference=request.reference,
        subject=request.person_id,
        purpose=reason,
    )
    return opened
