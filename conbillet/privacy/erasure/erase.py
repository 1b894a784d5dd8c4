"""Delete somebody, at once: first the ledger on disk, then the keys, then the rows in one transaction.

Once the ledger holds the entry there is no way back: whatever crashes afterwards is finished by `replay.py`. The keys go
before the rows, so a row of `Erasure` means that everything was done.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.accounts.models import Person
from conbillet.core import audit
from conbillet.core import erasure_ledger as records
from conbillet.core.actor import SYSTEM, Actor, ActorKind
from conbillet.core.clock import copenhagen_day
from conbillet.core.data_map import data_map
from conbillet.core.facts import announce
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization, Role, RoleKind
from conbillet.sales.actions.cancel_order import cancel_order
from conbillet.sales.models import Order, OrderLine, Participant
from conbillet.support.models import Chat
from conbillet.tickets.actions.void_ticket import void_ticket

from ..authority_contacts import keep_contacts
from ..models import Erasure, ErasureLine
from ..reach import Subject, rows_of
from .ledger import entry_of, ledger, subject_keys
from .notices import Address, tell_person, tell_recipients
from .plan import Plan, plan_of
from .work import carry_out

# Dumps are kept for 30 days, one a week for eight weeks: the later day counts (design: privacy, "Retention").
IN_BACKUPS_FOR = timedelta(weeks=8)


class CannotErase(Exception):
    """`message` says why, fit for the visitor."""

    @property
    def message(self) -> str:
        return _("This cannot be deleted now.")

    def __str__(self) -> str:
        return self.message


class OnlyOwner(CannotErase):
    """An association would be left without anybody who may act for it."""

    def __init__(self, organizations: list[Organization]) -> None:
        super().__init__()
        self.organizations = organizations

    @property
    def message(self) -> str:
        names = ", ".join(organization.name for organization in self.organizations)
        return _("You are the only owner of %(names)s. Make somebody else an owner first, then come back.") % {
            "names": names
        }


def check(subject: Subject) -> None:
    """Raises CannotErase where others would be left helpless."""
    owned = Role.objects.filter(person__in=subject.persons, kind=RoleKind.OWNER).select_related("organization")
    others = Role.objects.filter(kind=RoleKind.OWNER).exclude(person__in=subject.persons)
    have_others = set(others.filter(organization__in=[role.organization_id for role in owned]).values_list("organization_id", flat=True))  # fmt: skip
    alone = [role.organization for role in owned if role.organization_id not in have_others]
    if alone:
        raise OnlyOwner(alone)


def erase(
    *, subject: Subject, via: str, void_tickets: bool, tell: Address | None, actor: Actor, now: datetime
) -> Erasure:
    """Delete everything about the subject but what the law keeps; returns the receipt. Raises CannotErase.

    `tell` is mailed the receipt, and then forgotten.

    Must not run inside a transaction: the ledger is written before it, and a rollback does not take that back.
    """
    check(subject)
    who, scope = entry_of(subject)
    entry = ledger().append(subject=who, scope=scope, now=now)
    return finish(entry=entry, subject=subject, via=via, void_tickets=void_tickets, tell=tell, actor=actor, now=now)


def finish(
    *,
    entry: records.Erasure,
    subject: Subject,
    via: str,
    void_tickets: bool = False,
    tell: Address | None = None,
    actor: Actor,
    now: datetime,
) -> Erasure:
    """Do what an entry of the ledger says. May be repeated."""
    for person in subject.persons:
        subject_keys().destroy(person)
    for key in _keys_of_conversations(subject):
        subject_keys().destroy(key)
    with transaction.atomic():
        list(Person.objects.select_for_update().filter(pk__in=subject.persons))
        _end_unpaid_orders(subject, now)
        if void_tickets:
            void_live_tickets(subject, now)
        keep_contacts(subject)
        plan = plan_of(subject, now=now)
        erasure = _receipt(entry, plan, via)
        tell_recipients(erasure=erasure, plan=plan, now=now)
        carry_out(plan)
        announce("person_erased", erasure=erasure.pk)
        if tell is not None:
            tell_person(erasure=erasure, address=tell, now=now)
        audit.record(
            action="person_erased",
            actor=actor if actor.kind is ActorKind.STAFF else SYSTEM,
            now=now,
            organization_id=None,
            object_kind="erasure",
            object_reference=erasure.reference,
            via=via,
        )
    return erasure


def _keys_of_conversations(subject: Subject) -> set[UUID]:
    """Chats begun without being logged in have keys of their own."""
    rows: Any = rows_of(data_map.load().tables[Chat._meta.db_table], subject)
    if rows is None:
        return set()
    return set(rows.exclude(subject_id__in=subject.persons).values_list("subject_id", flat=True))


def backups_until(now: datetime) -> datetime:
    """When the last backup that can hold today's data is gone."""
    return now + IN_BACKUPS_FOR


def unpaid_orders(subject: Subject) -> list[Order]:
    """The subject's orders that wait for money; they are cancelled first, so that their places are free."""
    rows = rows_of(data_map.load().tables["sales_order"], subject)
    return list(rows.filter(state=Order.State.AWAITING_PAYMENT).order_by("pk")) if rows is not None else []  # type: ignore[arg-type]  # orders, by the table
def _end_unpaid_orders(subject: Subject, now: datetime) -> None:
    for order in unpaid_orders(subject):
        cancel_order(order=order, reason="", actor=SYSTEM, now=now)


def void_live_tickets(subject: Subject, now: datetime) -> None:
    """Make the subject's own tickets worthless, as they chose; other people's on the same order stay."""
    people = rows_of(data_map.load().tables["sales_participant"], subject)
    if people is not None:
        mine = Participant.objects.filter(pk__in=people.values("pk"))
        lines = list(OrderLine.objects.filter(participant__in=mine, ticket__voided_at=None, ticket__isnull=False))
        void_ticket(lines=lines, reason="erased", actor=SYSTEM, now=now, even_if_used=True)


def _receipt(entry: records.Erasure, plan: Plan, via: str) -> Erasure:
    erasure = Erasure.objects.create(
        reference=new_reference(),
        access_key=new_reference(24),
        subject_id=entry.subject,
        scope=entry.scope,
        via=via,
        erased_at=entry.erased_at,
        backups_until=copenhagen_day(backups_until(entry.erased_at)),
    )
    ErasureLine.objects.bulk_create(
        ErasureLine(
            erasure=erasure,
            organization_id=line.organization,
            table=line.table,
            category=line.category,
            outcome=line.outcome,
            count=count,
            law=line.law,
            until=line.until,
        )
        for line, count in sorted(plan.lines.items(), key=str)
    )
    return erasure
