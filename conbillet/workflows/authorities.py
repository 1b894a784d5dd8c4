"""Telling people that an authority got their data: at once, or when the time of silence is over."""

from datetime import datetime

from django.db import transaction

from conbillet.accounts.models import Account
from conbillet.core import audit, clock
from conbillet.core.actor import SYSTEM, Actor
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.privacy.actions.deliver_authority_package import deliver_authority_package
from conbillet.privacy.authority_contacts import contact_of
from conbillet.privacy.models import AuthorityCase, AuthorityPackage


def hand_over(*, package: AuthorityPackage, actor: Actor, now: datetime) -> bytes:
    """The package's bytes; whoever it is about is told, unless the case says not yet. Raises what `deliver` raises."""
    plain = deliver_authority_package(package=package, actor=actor, now=now)
    tell_persons(now=now)
    return plain


def tell_persons(*, now: datetime) -> int:
    """Write to everybody whose data was handed over and about whom silence is not (or no longer) asked for; how many
    cases. Runs every day; a case is told once."""
    today, count = clock.copenhagen_day(now), 0
    ready = AuthorityCase.objects.filter(state=AuthorityCase.State.DELIVERED, told_at__isnull=True)
    for case in ready.order_by("id"):
        if case.silence_until is None or case.silence_until < today:
            _tell(case, now)
            count += 1
    return count


@transaction.atomic
def _tell(case: AuthorityCase, now: datetime) -> None:
    locked = AuthorityCase.objects.select_for_update().get(pk=case.pk)
    if locked.told_at is not None:
        return
    for named in locked.subjects.all():
        account = (
            Account.objects.select_related("person").filter(person_id=named.subject_id).first()
            if named.subject_id
            else None
        )
        kept = contact_of(named)  # of somebody who was erased since
        recipient = account.email if account else kept.email if kept else named.email
        language = account.person.language if account else kept.language if kept else ""
        if not recipient:
            continue  # erased since, and nothing was handed over then: there is nobody left to write to
        queue_mail(
            kind="authority_told",
            key=f"authority_told/{locked.reference}/{named.pk}",
            recipient=recipient,
            language=language or "da",
            about=locked.reference,
            organization_id=None,
            person_id=account.person_id if account else None,
            now=now,
        )
        audit.record(
            action="disclosed_to_authority",
            actor=SYSTEM,
            now=now,
            organization_id=None,
            object_kind="authority_case",
            object_reference=locked.reference,
            subject=account.person_id if account else None,  # whoever was erased has no key any more
            purpose="disclose.authorities",
        )
    locked.subjects.update(sealed_contact=None)
    locked.told_at = now
    locked.save(update_fields=["told_at"])
