"""Whom something concerns, by association, by event, or by address: from the data map, so that no table is forgotten.

A person is named by their id; somebody without an account by their address. Nobody's data is read but these two.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from conbillet.accounts.models import Account
from conbillet.catalogue.models import Event
from conbillet.core.data_map import Table, data_map
from conbillet.organizations.models import Organization

from .reach import guest, model_of, reached

# Of an association's tables those that lead to an event, and by which way.
_TO_EVENT = {
    "sales_order": "event", "sales_participant": "order__event", "sales_cart": "event", "tickets_checkin": "event",
    "privacy_disclosedperson": "disclosure__event",
}  # fmt: skip


@dataclass(frozen=True)
class Concerned:
    """`emails` are of people without an account."""

    persons: frozenset[UUID]
    emails: frozenset[str]

    @property
    def count(self) -> int:
        return len(self.persons) + len(self.emails)


def concerned_by(
    *, organization: Organization | None = None, event: Event | None = None, emails: Iterable[str] = ()
) -> Concerned:
    """Everybody whom an association holds anything about, whom an event's sale or door was about, or who has one of
    the addresses."""
    persons: set[UUID] = set()
    addresses: set[str] = set()
    for table in data_map.load().tables.values():
        model = model_of(table.name) if table.subject or table.email else None
        if model is None or "organization" not in {field.name for field in model._meta.concrete_fields}:
            continue
        wanted = Q(pk__in=[])
        if organization is not None:
            wanted |= Q(organization=organization)
        if event is not None and table.name in _TO_EVENT:
            wanted |= Q(**{_TO_EVENT[table.name]: event})
        if wanted != Q(pk__in=[]):
            found = _of(model._default_manager.filter(wanted), table)
            persons |= found[0]
            addresses |= found[1]
    return _by_account(persons, addresses | {one.strip().lower() for one in emails if one.strip()})


def unknown_among(emails: Iterable[str]) -> list[str]:
    """The addresses about which nothing is held at all."""
    return [one for one in emails if not any(rows.exists() for _table, rows in reached(guest(one)))]


def _of(rows: models.QuerySet[Any], table: Table) -> tuple[set[UUID], set[str]]:
    persons: set[UUID] = set()
    emails: set[str] = set()
    subject = table.subject.replace(".", "__") if table.subject else ""
    if subject:
        persons = {one for one in rows.order_by().values_list(subject, flat=True).distinct() if isinstance(one, UUID)}
    if table.email:
        alone = rows.filter(**{f"{subject}__isnull": True}) if subject else rows
        named = alone.order_by().annotate(address_of_somebody=Lower(F(table.email.replace(".", "__"))))
        emails = set(named.values_list("address_of_somebody", flat=True).distinct()) - {"", None}
    return persons, emails


def _by_account(persons: Collection[UUID], emails: Collection[str]) -> Concerned:
    """Whoever has an account is named by their id, also where only their address was typed."""
    owners = dict(Account.objects.filter(email__in=emails).values_list("email", "person_id"))
    return Concerned(frozenset(persons) | frozenset(owners.values()), frozenset(emails) - owners.keys())
