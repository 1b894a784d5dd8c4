"""Being deleted: by oneself, through a case at the desk, by the operator's command, or because time is up."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import translation

from conbillet.accounts.models import Account, Person
from conbillet.core.actor import SYSTEM, Actor, person_actor
from conbillet.core.clock import copenhagen_day
from conbillet.core.data_map import data_map
from conbillet.core.references import same_secret
from conbillet.organizations.models import Organization
from conbillet.privacy.erasure.children import AddresslessChild
from conbillet.privacy.erasure.erase import CannotErase, backups_until, check, erase, unpaid_orders
from conbillet.privacy.erasure.notices import Address, tell_person, told
from conbillet.privacy.erasure.plan import Plan, plan_of
from conbillet.privacy.models import Erasure
from conbillet.privacy.reach import Subject, guest, rows_of, subject_of
from conbillet.sales.models import Order, Participant
from conbillet.tickets.models import Ticket


@dataclass(frozen=True)
class Preview:
    """What would happen, before anybody says yes. `refusal` says why it cannot happen now, or is empty."""

    plan: Plan
    refusal: str
    unpaid: list[Order]
    live_tickets: list[Ticket]
    told: list[Organization]
    backups_until: date


def preview_erasure(*, subject: Subject, now: datetime) -> Preview:
    """Every effect of deleting the subject now, in counts."""
    plan = plan_of(subject, now=now)
    try:
        check(subject)
        refusal = ""
    except CannotErase as reason:
        refusal = reason.message
    return Preview(
        plan,
        refusal,
        unpaid_orders(subject),
        _live_tickets(subject, now),
        list(Organization.objects.filter(pk__in=told(plan)).order_by("name")),
        copenhagen_day(backups_until(now)),
    )


def erase_myself(*, person: Person, void_tickets: bool, now: datetime) -> Erasure:
    """Somebody deletes themselves. Raises CannotErase."""
    return erase(
        subject=subject_of(person),
        via=Erasure.Via.SELF,
        void_tickets=void_tickets,
        tell=_address(person, ""),
        actor=person_actor(person.pk),
        now=now,
    )


def erase_after_case(
    *, email: str, actor: Actor, now: datetime, void_tickets: bool = False, also_tell: str = ""
) -> Erasure:
    """The desk deletes whoever has proven `email` in a case, with or without an account. Raises CannotErase.

    `also_tell` gets the receipt too: somebody who cannot reach that address any more, or a child's guardian.
    """
    erasure = _erase_by_address(email, Erasure.Via.CASE, actor, now, void_tickets)
    if also_tell and also_tell.lower() != email.lower():
        tell_person(erasure=erasure, address=Address(also_tell, translation.get_language() or "da"), now=now, again=True)
    return erasure


def erase_child_after_case(
    *, child: AddresslessChild, actor: Actor, now: datetime, void_tickets: bool, tell: str
) -> Erasure:
    """The desk deletes a child without an address whose guardian it has checked; the guardian stays, and is mailed the
    receipt. Raises CannotErase."""
    return erase(
        subject=child.subject,
        via=Erasure.Via.CASE,
        void_tickets=void_tickets,
        tell=Address(tell, translation.get_language() or "da"),
        actor=actor,
        now=now,
    )


def erase_by_command(*, email: str, now: datetime, void_tickets: bool = False) -> Erasure:
    """The operator deletes whoever has that address. Raises CannotErase."""
    return _erase_by_address(email, Erasure.Via.COMMAND, SYSTEM, now, void_tickets)


def erase_unused(*, person: Person, now: datetime) -> Erasure:
    """The retention rule `account`: nobody has used it for three years. Raises CannotErase."""
    return erase(
        subject=subject_of(person), via=Erasure.Via.RETENTION, void_tickets=False, tell=_address(person, ""), actor=SYSTEM, now=now
    )  # fmt: skip


def sample_anew(*, erasure: int) -> None:
    """Job: have the database forget the samples that it took of what was erased. Harmless when repeated."""
    found = Erasure.objects.filter(pk=erasure).first()
    tables = set(found.lines.values_list("table", flat=True)) if found else set()
    for table in sorted(tables | {"django_session", "procrastinate_jobs"}):
        with connection.cursor() as cursor:
            cursor.execute("SELECT privacy_sample_anew(%s)", [table])


def get_erasure(*, reference: str, access_key: str) -> Erasure | None:
    """The receipt behind its secret link."""
    erasure = Erasure.objects.filter(reference=reference).first()
    return erasure if erasure is not None and same_secret(access_key, erasure.access_key) else None


def _erase_by_address(email: str, via: str, actor: Actor, now: datetime, void_tickets: bool) -> Erasure:
    email = email.strip().lower()
    account = Account.objects.filter(email=email).select_related("person").first()
    language = account.person.language if account else ""
    return erase(
        subject=guest(email),
        via=via,
        void_tickets=void_tickets,
        tell=Address(email, language or translation.get_language() or "da"),
        actor=actor,
        now=now,
    )


def _address(person: Person, fallback: str) -> Address | None:
    account = Account.objects.filter(person=person).first()
    email = account.email if account else fallback
    return Address(email, person.language or "da") if email else None


def _live_tickets(subject: Subject, now: datetime) -> list[Ticket]:
    people = rows_of(data_map.load().tables["sales_participant"], subject)
    if people is None:
        return []
    live = Ticket.objects.filter(
        participant__in=Participant.objects.filter(pk__in=people.values("pk")),
        voided_at=None,
        event__ends_on__gte=copenhagen_day(now),
    )
    return list(live.select_related("event", "line").order_by("event__starts_on", "pk"))
