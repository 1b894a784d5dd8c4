"""The certificate is there: write down yes or no and the day, and let the number go."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import CertificateRequest, CprNumber
from .give_number import AFTER_SETTLED


class CannotSettle(Exception):
    message = _("There is no certificate to wait for.")


@transaction.atomic
def settle_certificate(
    *, request: CertificateRequest, is_clear: bool, forget_now: bool, actor: Actor, now: datetime
) -> CertificateRequest:
    """The outcome and its day. The number goes at once (`forget_now`), or after 30 days. Raises CannotSettle."""
    locked = CertificateRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state != CertificateRequest.State.GIVEN:
        raise CannotSettle
    today = copenhagen_day(now)
    locked.state = CertificateRequest.State.CLEAR if is_clear else CertificateRequest.State.REMARKS
    locked.settled_on = today
    locked.save(update_fields=["state", "settled_on"])
    number = CprNumber.objects.filter(request=locked)
    if forget_now:
        number.delete()
    else:
        number.filter(delete_on__gt=today + AFTER_SETTLED).update(delete_on=today + AFTER_SETTLED)
    audit.record(
        action="certificate_settled",
        actor=actor,
        now=now,
        organization_id=locked.organization_id,
        object_kind="certificate_request",
        object_reference=locked.reference,
        subject=locked.person_id,
    )
    return locked


@transaction.atomic
def forget_numbers(*, now: datetime) -> int:
    """Delete the numbers whose day has come (runs every night); how many. A request without an outcome expires."""
    due = CprNumber.objects.filter(delete_on__lte=copenhagen_day(now))
    CertificateRequest.objects.filter(number__in=due, state=CertificateRequest.State.GIVEN).update(
        state=CertificateRequest.State.EXPIRED
    )
    deleted: int = due.delete()[0]
    return deleted
