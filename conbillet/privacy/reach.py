"""Which rows are about somebody: the data map's paths, walked. Insight and deletion both start here, so that neither
can forget what the other finds.

A person is known by their ids and by the addresses that they have proven. A row whose path leads to no person (an order
bought without an account, say) belongs to whoever has proven its address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from conbillet.accounts.models import Account, EmailProof, Person
from conbillet.core.data_map import Table, data_map
from conbillet.memberships.models import Member
from conbillet.sales.models import Participant

# Tables that need more than a path: sessions are opened one by one (`sessions.py`), and a cookie receipt is tied to a
# browser by a random number only, so nobody can find it for a person, we included.
WITHOUT_A_PATH = {"django_session", "consents_consentreceipt"}


@dataclass(frozen=True)
class Subject:
    """Somebody whose data is looked for. `emails` are lower-case, and proven by a code or an order's own link.

    A child without an address is known by rows: `participants` and `members` are their keys, `child` is the id under which
    its erasure stands in the ledger (`erasure/children.py`).
    """

    persons: frozenset[UUID]
    emails: frozenset[str]
    participants: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()
    child: UUID | None = None


def subject_of(person: Person) -> Subject:
    """A person with all addresses that they have proven; addresses of accounts only, not typed ones."""
    emails = set(Account.objects.filter(person=person).values_list("email", flat=True))
    emails |= set(EmailProof.objects.filter(person=person).values_list("email", flat=True))
    return Subject(frozenset({person.pk}), frozenset(email.lower() for email in emails))


def guest(email: str) -> Subject:
    """Somebody without an account, who has proven this address just now. With an account, the account's owner."""
    account = Account.objects.filter(email=email.lower()).select_related("person").first()
    return subject_of(account.person) if account else Subject(frozenset(), frozenset({email.lower()}))


def rows_of(table: Table, subject: Subject) -> QuerySet[models.Model] | None:
    """The subject's rows in a declared table; None where the table is about nobody."""
    if table.name in WITHOUT_A_PATH or not (table.subject or table.email):
        return None
    model = model_of(table.name)
    rows = model._default_manager.all()
    mine = Q(pk__in=[])
    if table.subject:
        mine |= Q(**{f"{_path(table.subject)}__in": subject.persons})
        mine |= _by_rows(model, table.subject, subject)
    if table.email:
        rows = rows.annotate(address_of_subject=Lower(_path(table.email)))
        by_address = Q(address_of_subject__in=subject.emails)
        if table.subject:
            by_address &= Q(**{f"{_path(table.subject)}__isnull": True})
        mine |= by_address
    return rows.filter(mine)


def reached(subject: Subject) -> Iterator[tuple[Table, QuerySet[models.Model]]]:
    """Every declared table that can hold something about the subject, with the subject's rows in it."""
    for table in data_map.load().tables.values():
        rows = rows_of(table, subject)
        if rows is not None:
            yield table, rows


def _by_rows(model: type[models.Model], path: str, subject: Subject) -> Q:
    """Rows that hang on the participants or members by whom a child without an address is known."""
    if not subject.participants and not subject.members:
        return Q(pk__in=[])
    *steps, last = path.split(".")
    end: type[models.Model] | None = model
    for step in steps:
        field = end._meta.get_field(step) if end is not None else None
        end = getattr(field, "related_model", None)
    keys = subject.participants if end is Participant else subject.members if end is Member else frozenset()
    return Q(**{"__".join([*steps, "pk__in"]): keys}) if keys and last == "person" else Q(pk__in=[])


def _path(path: str) -> str:
    return path.replace(".", "__")


def model_of(table: str) -> type[models.Model]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return model
    raise LookupError(f"no model has the table {table}")
