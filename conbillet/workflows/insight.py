"""Insight: asking for a package, making it in a job, telling when it is ready, fetching it behind login."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from conbillet.accounts.models import Account, Person
from conbillet.core import audit, clock
from conbillet.core.actor import Actor, person_actor
from conbillet.core.facts import announce
from conbillet.core.live import notify
from conbillet.core.references import new_reference
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.privacy.insight.children import wards_of
from conbillet.privacy.insight.collect import collect, files_of
from conbillet.privacy.insight.facts import Insight
from conbillet.privacy.insight.package import zip_of
from conbillet.privacy.insight.store import fetch, keep, remove
from conbillet.privacy.models import InsightPackage
from conbillet.privacy.reach import Subject, guest, subject_of
from conbillet.support.models import Case

GOOD_FOR = timedelta(days=7)
State = InsightPackage.State
BUSY = (State.WAITING, State.WORKING, State.FAILED)


class NotYours(Exception):
    """Somebody asks for a person whom they may not ask for."""


class PackageExpired(Exception):
    """The file is gone: its seven days are over."""


# --- looking ------------------------------------------------------------------------------------------------------------------
def insight_of(*, account: Account, now: datetime) -> Insight:
    """What the account's owner sees on their page."""
    return collect(subject=subject_of(account.person), now=now)


# --- asking -------------------------------------------------------------------------------------------------------------------
def order_package(*, account: Account, language: str, now: datetime, child: Person | None = None) -> InsightPackage:
    """The package that is being made already, or a new one: of the account's owner, or of a child whose guardian they
    are. Raises NotYours."""
    whom = account.person if child is None else child
    if child is not None and child not in wards_of(guardian=account.person, now=now):
        raise NotYours
    return _order(
        person=whom,
        case=None,
        asked_by=account.person if child is not None else None,
        language=language,
        actor=person_actor(account.person_id),
        action="insight_asked",
        now=now,
    )


def insight_after_case(*, case: Case, actor: Actor, now: datetime) -> InsightPackage:
    """The desk lets a package be made about whoever has the address of a proven case, with or without an account.

    Its reader is mailed when it is ready, and fetches it by logging in with a code to that very address (`reader_of`).
    Raises NotYours when nobody has shown yet who they are.
    """
    if not case.is_proven:
        raise NotYours
    account = Account.objects.select_related("person").filter(email=case.email.lower()).first()
    return _order(
        person=account.person if account else None,
        case=case,
        asked_by=None,
        language=case.language,
        actor=actor,
        action="insight_for_case",
        now=now,
    )


@transaction.atomic
def _order(
    *,
    person: Person | None,
    case: Case | None,
    asked_by: Person | None,
    language: str,
    actor: Actor,
    action: str,
    now: datetime,
) -> InsightPackage:
    if person is not None:  # two clicks at once make one package
        Person.objects.select_for_update().get(pk=person.pk)
        mine = InsightPackage.objects.filter(person=person, asked_by=asked_by)
    elif case is not None:
        Case.objects.select_for_update().get(pk=case.pk)
        mine = InsightPackage.objects.filter(person=None, case=case)
    else:
        raise ValueError("a package is about a person, or for whoever wrote a case")
    if found := mine.filter(state__in=BUSY, expires_at__gte=now).first():
        return found
    package = InsightPackage.objects.create(
        reference=new_reference(),
        person=person,
        asked_by=asked_by,
        case=case,
        language=language,
        asked_at=now,
        expires_at=now + GOOD_FOR,
    )
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="insight_package",
        object_reference=package.reference,
        subject=person.pk if person else None,
    )
    announce("insight_asked", package=package.pk)
    return package


# --- making -------------------------------------------------------------------------------------------------------------------
def make_package(*, package: int) -> None:
    """Job: collect, write, seal, tell. May be repeated; a package that is ready, or gone, is left alone."""
    found = InsightPackage.objects.select_related("person", "case").filter(pk=package).first()
    if found is None or found.state == State.READY:
        return
    try:
        _step(found, State.WORKING, 10)
        subject = whose(found)
        insight = collect(subject=subject, now=clock.now())
        _step(found, State.WORKING, 40)
        plain = _zip(insight, subject, found.language)
        _step(found, State.WORKING, 90)
        keep(found, plain)
    except Exception:
        # Said on the page; the job is tried again, and its own log keeps what happened.
        _step(found, State.FAILED, 0)
        raise
    _ready(found)


def _zip(insight: Insight, subject: Subject, language: str) -> bytes:
    return zip_of(insight, language=language, operator=settings.CONBILLET_OPERATOR, files=files_of(subject))


@transaction.atomic
def _ready(package: InsightPackage) -> None:
    locked = InsightPackage.objects.select_for_update().filter(pk=package.pk).first()
    if locked is None:  # erased meanwhile
        transaction.on_commit(lambda: remove([package.reference]))
        return
    if locked.state == State.READY:
        return
    now = clock.now()
    locked.state, locked.progress = State.READY, 100
    locked.ready_at, locked.expires_at = now, now + GOOD_FOR
    locked.save(update_fields=["state", "progress", "ready_at", "expires_at"])
    _drop_older(locked)
    notify(topic_of(locked))
    reader = locked.asked_by_id or locked.person_id
    account = Account.objects.filter(person=reader).first() if reader else None
    recipient = account.email if account else ""
    if locked.case is not None and (account is None or _is_vouched(locked.case)):
        recipient, reader = reader_of(locked.case), None
    if recipient:
        queue_mail(
            kind="insight_ready",
            key=f"insight_ready/{locked.reference}",
            recipient=recipient,
            language=locked.language,
            about=locked.reference,
            organization_id=None,
            person_id=reader,
            now=now,
        )


def reader_of(case: Case) -> str:
    """The address of whoever may read what was made for a case: the proven one; or, when our staff have vouched for
    somebody (a guardian, or one who cannot reach the old address any more), the one that they write from."""
    return case.contact_email if _is_vouched(case) else case.email


def _is_vouched(case: Case) -> bool:
    return case.identity == Case.Identity.STAFF and bool(case.contact_email)


def _drop_older(package: InsightPackage) -> None:
    """One copy of somebody's data is enough: what was made before for the same reader goes."""
    older = InsightPackage.objects.filter(person=package.person_id, asked_by=package.asked_by_id, state=State.READY)
    if package.person_id is None:
        older = older.filter(case=package.case_id)
    older = older.exclude(pk=package.pk)
    references = list(older.values_list("reference", flat=True))
    older.delete()
    transaction.on_commit(lambda: remove(references))


def _step(package: InsightPackage, state: str, progress: int) -> None:
    """Written at once, for whoever waits; never back to a package that is ready, should two workers be at it."""
    with transaction.atomic():
        rows = InsightPackage.objects.filter(pk=package.pk).exclude(state=State.READY)
        if rows.update(state=state, progress=progress):
            notify(topic_of(package))


def topic_of(package: InsightPackage) -> str:
    """What a page listens to while the package is being made."""
    return f"insight:{package.reference}"


def whose(package: InsightPackage) -> Subject:
    """Whom a package is about."""
    if package.person is not None:
        return subject_of(package.person)
    return guest(package.case.email) if package.case and package.case.email else Subject(frozenset(), frozenset())


# --- fetching -----------------------------------------------------------------------------------------------------------------
def packages_of(*, account: Account, now: datetime) -> list[InsightPackage]:
    """The account's packages that are still there, the newest first; those of a case with its address, and of its wards,
    too."""
    rows = InsightPackage.objects.filter(_readable_by(account, now), expires_at__gte=now)
    return list(rows.select_related("person", "case").order_by("-pk"))


def get_package(*, account: Account, reference: str, now: datetime) -> InsightPackage | None:
    """One of `packages_of`, expired or not; None for anybody else's."""
    return InsightPackage.objects.filter(_readable_by(account, now), reference=reference).first()


def fetch_package(*, account: Account, reference: str, now: datetime) -> bytes | None:
    """The zip, for its own reader only; None when there is none of that name. Raises PackageExpired."""
    package = get_package(account=account, reference=reference, now=now)
    if package is None:
        return None
    if package.expires_at is None or package.expires_at < now:
        raise PackageExpired
    if package.state != State.READY:
        return None
    try:
        plain = fetch(package)
    except FileNotFoundError:
        raise PackageExpired from None
    audit.record(
        action="insight_fetched",
        actor=person_actor(account.person_id),
        now=now,
        organization_id=None,
        object_kind="insight_package",
        object_reference=package.reference,
        subject=package.person_id or account.person_id,
    )
    return plain


def _readable_by(account: Account, now: datetime) -> Q:
    wards = [child.pk for child in wards_of(guardian=account.person, now=now)]
    return (
        Q(person=account.person_id, asked_by=None)
        | Q(asked_by=account.person_id, person__in=wards)
        | Q(person=None, asked_by=None, case__email__iexact=account.email)
        | Q(asked_by=None, case__identity=Case.Identity.STAFF, case__contact_email__iexact=account.email)
    )


# --- by command ---------------------------------------------------------------------------------------------------------------
def insight_by_command(*, email: str, language: str, actor: Actor, now: datetime) -> bytes | None:
    """The zip for the operator, made at once and kept nowhere; None when nothing is stored about that address.

    The address must have been proven to be the asker's.
    """
    subject = guest(email.strip())
    insight = collect(subject=subject, now=now)
    if insight.is_empty:
        return None
    audit.record(
        action="insight_by_command",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="insight",
        object_reference="command",
        subject=next(iter(subject.persons), None),
    )
    return _zip(insight, subject, language)
