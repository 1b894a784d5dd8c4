"""Somebody who wrote to us about their data shows who they are: a code to the address that the data is under.

Needs no account, no cookie and no session: the code's reference stands with the case, and the code itself nowhere.
"""

from datetime import date, datetime

from django.db import transaction

from conbillet.accounts.codes import PendingCode, Purpose, check_code, new_code, use_up
from conbillet.accounts.models import Account, Person
from conbillet.core import audit
from conbillet.core.actor import ANONYMOUS, Actor
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.privacy.actions.record_guardian import CannotGuard, record_guardian
from conbillet.privacy.models import Guardianship
from conbillet.support.actions.close_case import close_case
from conbillet.support.actions.show_identity import show_identity
from conbillet.support.models import Case

from .sign_in import send_code


def ask_for_code(*, case: Case, email: str, network: str, now: datetime) -> None:
    """Send a code to `email`. Says nothing about whether we hold anything under that address. Raises TooManyCodes."""
    pending = new_code(email=email, purpose=Purpose.CASE, now=now)
    with transaction.atomic():
        send_code(pending=pending, language=case.language, network=network, now=now)
        Case.objects.filter(pk=case.pk).update(code_reference=pending.reference, code_sent_at=now)


def prove_by_code(*, case: Case, email: str, typed: str, for_child: bool, now: datetime) -> Case:
    """The case is shown to be theirs when `typed` is the code that went to `email`: no other address fits the code.

    Raises WrongCode or CodeExpired.
    """
    case = Case.objects.get(pk=case.pk)
    sent = case.code_sent_at.timestamp() if case.code_sent_at else 0.0
    pending = PendingCode(case.code_reference, email.strip().lower(), Purpose.CASE, sent)
    check_code(pending=pending, typed=typed, now=now)
    with transaction.atomic():
        use_up(pending=pending, now=now)
        return show_identity(case=case, email=email, for_child=for_child, actor=ANONYMOUS, now=now)


@transaction.atomic
def ask_to_prove(*, case: Case, now: datetime) -> None:
    """Send the link of that page (again): once an hour at most."""
    queue_mail(
        kind="case_prove",
        key=f"case_prove/{case.reference}/{int(now.timestamp()) // 3600}",
        recipient=case.answer_to,
        language=case.language,
        about=case.reference,
        organization_id=None,
        person_id=None,
        now=now,
    )


def remember_guardian(*, case: Case, child_born: date | None, actor: Actor, now: datetime) -> Guardianship | None:
    """A guardian whom staff have checked, and a child, who both have accounts: from now on the guardian finds the child on
    their own page. None where that cannot be."""
    child = _person(case.email)
    guardian = _person(case.contact_email)
    if not case.for_child or case.identity != Case.Identity.STAFF or child is None or guardian is None:
        return None
    try:
        return record_guardian(guardian=guardian, child=child, born=child_born, actor=actor, now=now)
    except CannotGuard:
        return None


def _person(email: str) -> Person | None:
    account = Account.objects.select_related("person").filter(email=email.lower()).first() if email else None
    return account.person if account else None


def close_as_done(*, case: Case, actor: Actor, now: datetime) -> None:
    """What was asked for is done: said on the case, which is closed."""
    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(outcome=Case.Outcome.DONE)
        audit.record(
            action="case_done",
            actor=actor,
            now=now,
            organization_id=None,
            object_kind="case",
            object_reference=case.reference,
        )
        close_case(case=case, actor=actor, now=now)
