"""Restriction and objection, done at the desk: the limit, what follows from it at once, and the mail before it ends."""

from datetime import datetime

from django.db import transaction

from conbillet.accounts.models import Account
from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.ledger import consents_of
from conbillet.consents.models import MarketingConsent
from conbillet.core.actor import Actor
from conbillet.core.data_map import SERVICES
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.privacy.actions.lift_limit import lift_limit
from conbillet.privacy.actions.set_limit import set_limit
from conbillet.privacy.models import Limit
from conbillet.privacy.reach import guest
from conbillet.support.models import Case


@transaction.atomic
def limit_after_case(*, case: Case, kind: str, purpose: str, actor: Actor, now: datetime) -> Limit:
    """Set the limit; who objects to news has every yes to news taken back, for good (art. 21(3)). Raises CannotLimit."""
    limit = set_limit(case=case, kind=kind, purpose=purpose, actor=actor, now=now)
    if kind == Limit.Kind.OBJECTION and purpose == SERVICES:
        _withdraw_news(case, now)
    return limit


@transaction.atomic
def lift_after_case(*, limit: Limit, actor: Actor, now: datetime) -> Limit:
    """Lift a limit in three days, and tell the person now."""
    lifted = lift_limit(limit=limit, actor=actor, now=now)
    mine = Account.objects.select_related("person").filter(person=lifted.person_id) if lifted.person_id else None
    account = mine.first() if mine is not None else None
    recipient = account.email if account else lifted.email
    if recipient:
        queue_mail(
            kind="limit_lifted",
            key=f"limit_lifted/{lifted.pk}",
            recipient=recipient,
            language=(account.person.language if account else (lifted.case.language if lifted.case else "")) or "da",
            about=str(lifted.pk),
            organization_id=None,
            person_id=account.person_id if account else None,
            now=now,
        )
    return lifted


def _withdraw_news(case: Case, now: datetime) -> None:
    subject = guest(case.email)
    person = next(iter(subject.persons), None)
    for one in consents_of(person_id=person, emails=subject.emails):
        if one.given:
            withdraw_consent(
                email=one.email, organization_id=one.organization_id, purpose=one.purpose,
                method=MarketingConsent.Method.CASE, person_id=person, language=case.language, now=now,
            )  # fmt: skip
