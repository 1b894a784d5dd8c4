"""A person gives their number, or declines. Both are the person's own acts, and neither has to be explained."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import add_months, copenhagen_day

from ..cpr import birth_date_of, masked, read_cpr
from ..models import CertificateRequest, CprNumber
from ..vault import mark_of, seal_number

LONGEST_MONTHS = 6
AFTER_SETTLED = timedelta(days=30)


class CannotGive(Exception):
    message = _("Nobody is waiting for an answer to this any more.")


class ConsentMissing(CannotGive):
    message = _("Tick that you agree, or decline. Both are fine.")


class OtherBirthDate(CannotGive):
    message = _("The number begins with another date of birth than your profile has. Look at both.")


@transaction.atomic
def give_number(
    *, request: CertificateRequest, typed: str, consents: bool, birth_date: date | None, actor: Actor, now: datetime
) -> CprNumber:
    """Seal the number until it is used. `birth_date` is the profile's, if there is one.

    Raises NotACprNumber, ConsentMissing, OtherBirthDate, CannotGive (answered already, or withdrawn), KeyDestroyed.
    """
    today = copenhagen_day(now)
    number = read_cpr(typed, today=today)
    if not consents:
        raise ConsentMissing
    if birth_date is not None and birth_date_of(number) != birth_date:
        raise OtherBirthDate
    locked = CertificateRequest.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=request.pk)
    if (
        locked.state != CertificateRequest.State.ASKED
        or locked.person_id is None
        or locked.person_id != actor.person_id
    ):
        raise CannotGive
    locked.state = CertificateRequest.State.GIVEN
    locked.consented_at, locked.consent_version = now, locked.scheme.consent_version
    locked.number_mark = mark_of(number)
    locked.save(update_fields=["state", "consented_at", "consent_version", "number_mark"])
    kept = CprNumber.objects.create(
        organization_id=locked.organization_id,
        request=locked,
        sealed=seal_number(person=locked.person_id, request=locked.reference, number=number),
        masked=masked(number),
        given_at=now,
        delete_on=add_months(today, LONGEST_MONTHS),
    )
    _record("certificate_number_given", locked, actor, now)
    return kept


@transaction.atomic
def decline(*, request: CertificateRequest, actor: Actor, now: datetime) -> None:
    """No, or no longer: a number that was given is deleted at once. Raises CannotGive when it is settled already."""
    locked = CertificateRequest.objects.select_for_update().get(pk=request.pk)
    open_states = {CertificateRequest.State.ASKED, CertificateRequest.State.GIVEN}
    if locked.state not in open_states or locked.person_id != actor.person_id:
        raise CannotGive
    CprNumber.objects.filter(request=locked).delete()
    locked.state, locked.number_mark = CertificateRequest.State.DECLINED, ""
    locked.save(update_fields=["state", "number_mark"])
    _record("certificate_declined", locked, actor, now)


def _record(action: str, request: CertificateRequest, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=request.organization_id,
        object_kind="certificate_request",
        object_reference=request.reference,
        subject=request.person_id,
    )
