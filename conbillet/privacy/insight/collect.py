"""Everything that is stored about somebody, walked from the data map, so that nothing can be left out by forgetting it.

Other people's data stays out (`others.py`), staff are not named (CJEU C-579/21), and what the map omits is named with why.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce, Greatest

from conbillet.core.data_map import BOOKKEEPING, CONTRACT, PURCHASES, SERVICES, Column, Table, data_map
from conbillet.core.keys import KeyProblem
from conbillet.organizations.models import Organization
from conbillet.payments.models import Payment, Refund
from conbillet.sales.models import Order, Participant
from conbillet.support.models import Case, CaseAttachment, ChatFile, ChatMessage
from conbillet.support.sealing import opened_file

from ..erasure.beyond import beyond
from ..erasure.plan import model_of
from ..reach import Subject, reached, rows_of
from .children import children_of
from .facts import Association, Insight, Row, Thing
from .history import handovers_of, history_of
from .others import Others, others_of
from .until import days_of

# Beside what is personal, a row's facts tell what happened. Keys, secrets of links and the machinery's own marks do not.
_NOT_TOLD = {
    "id", "access_key", "claim_key", "claimed_at", "key", "device", "scan", "generation", "token_hash", "token_tries", "source_reference",
    "attempts", "last_error", "cart", "about", "access", "provider_payment", "provider_refund", "payout_reference", "counted",
    "code_reference", "order_proof", "last_number", "waiting_since_at", "visitor_seen_at", "*",
}  # fmt: skip
# These are lists of their own in an insight, not things; of an authority's request see `_is_told`.
_APART = {"core_auditentry", "privacy_disclosedperson"}
# The platform's own, whatever association they are about: no association reads them.
_OF_THE_PLATFORM = {"support_case", "support_casenote"}
# What a neighbour is called where a row points at it.
_NAMES = {
    "event": "name", "order": "reference", "ticket": "reference", "line": "text", "membership_type": "name_da",
    "case": "reference", "chat": "reference",
}  # fmt: skip
# Tables that declare facts only; without this nobody would be told what they are for.
_FOR_SALES = [(PURCHASES, CONTRACT.article, ""), (PURCHASES, BOOKKEEPING.article, BOOKKEEPING.law)]
_PURPOSES_OF_FACTS = {
    "sales_orderline": _FOR_SALES,
    "payments_payment": _FOR_SALES,
    "payments_refund": _FOR_SALES,
    "consents_acceptance": [(PURCHASES, CONTRACT.article, "")],
    "accounts_staffrole": [("use.identify", CONTRACT.article, "")],
    "organizations_role": [("use.identify", CONTRACT.article, "")],
}
_PURPOSES_OF_THE_REST = [(SERVICES, CONTRACT.article, "")]
_KEEPS_OF_FACTS = {
    **dict.fromkeys(
        ("sales_orderline", "tickets_ticket", "tickets_handout", "payments_payment", "payments_refund"), "accounting"
    ),
    **dict.fromkeys(("privacy_erasure", "privacy_breachsubject", "privacy_authoritycase", "privacy_authoritysilence"), "cases"),
    "privacy_insightpackage": "package",
    "privacy_guardianship": "guardian",
}


def collect(*, subject: Subject, now: datetime) -> Insight:
    """Everything about the subject. A constant number of queries, whatever somebody bought."""
    found = {
        table.name: (table, list(_with_neighbours(rows).order_by("pk")))
        for table, rows in reached(subject)
        if table.name not in _APART
    }
    orders: list[Order] = found["sales_order"][1]
    others_rows = _beyond(subject, orders, found)
    participants: list[Participant] = found["sales_participant"][1]
    children = children_of(orders=orders, themselves=participants, now=now)
    others = others_of(found={name: rows for name, (_table, rows) in found.items()}, except_for=children)
    things: list[Thing] = []
    moments = _moments(orders, participants)
    things += _sessions(found["usersessions_usersession"][1])
    for table, rows in [*found.values(), *_money(orders)]:
        rows = [row for row in rows if _is_told(table.name, row)]
        things += _things(table, rows, others, moments)
    things += [_in_passing(table, rows) for table, rows in others_rows]
    handovers = handovers_of(
        persons=subject.persons,
        participants=[one.pk for one in participants],
        orders=[one.pk for one in orders],
    )
    deeds, look_ups = history_of(subject, {name: rows for name, (_table, rows) in found.items()})
    insight = Insight(now, things, children, handovers, look_ups, deeds)
    every: list[Any] = [*things, *children, *handovers, *look_ups, *deeds]
    named = {one.organization for one in every if one.organization}
    for one in Organization.objects.filter(pk__in=named):
        insight.associations[one.pk] = Association(one.name, one.email, one.slug)
    return insight


def files_of(subject: Subject) -> dict[str, bytes]:
    """Name in the package → bytes, of the files that somebody sent us. Read for a package only."""
    rows = rows_of(data_map.load().tables[CaseAttachment._meta.db_table], subject)
    found: list[Any] = list(rows.order_by("pk")) if rows is not None else []
    files = {file_name(row): bytes(row.content) for row in found if row.content is not None}
    rows = rows_of(data_map.load().tables[ChatFile._meta.db_table], subject)
    for row in rows.select_related("chat").order_by("pk") if rows is not None else ():
        with suppress(KeyProblem):
            files[file_name(row)] = opened_file(row)  # type: ignore[arg-type]
    return files


def file_name(row: CaseAttachment | ChatFile | Any) -> str:
    """Ours, so that the sender's name for it cannot lead anywhere."""
    endings = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
    return f"files/{row.reference}.{endings.get(row.kind, 'txt')}"


def _with_neighbours(rows: QuerySet[Any]) -> QuerySet[Any]:
    names = {field.name for field in rows.model._meta.concrete_fields if field.is_relation}
    wanted = sorted(names & {"organization", "documentation", *_NAMES})
    if "documented" in names:
        wanted.append("documented__documentation")
    rows = rows.select_related(*wanted) if wanted else rows
    return rows.defer("content") if rows.model in {CaseAttachment, ChatFile} else rows


def _is_told(table: str, row: Any) -> bool:
    """An authority's request is told about when its time has come, never before (`workflows/authorities.py`)."""
    if table == "privacy_authoritycase":
        return row.told_at is not None
    if table in {"privacy_authoritysubject", "privacy_authoritysilence"}:
        return row.case.told_at is not None
    return True


def _moments(orders: list[Order], participants: list[Participant]) -> dict[int, datetime]:
    """Order → the newest instant that bookkeeping counts from."""
    pks = {order.pk for order in orders} | {one.order_id for one in participants}
    newest = Greatest("placed_at", Coalesce(Max("receipts__issued_at"), "placed_at"))
    return dict(Order.objects.filter(pk__in=pks).annotate(newest=newest).values_list("pk", "newest"))


def _money(orders: list[Order]) -> Iterator[tuple[Table, list[Any]]]:
    """Payments and refunds, which know an order by its reference only."""
    tables = data_map.load().tables
    payments = Payment.objects.filter(about__in=[order.reference for order in orders]).select_related("organization")
    paid = list(payments.order_by("pk"))
    yield tables[Payment._meta.db_table], paid
    refunds = Refund.objects.filter(payment__in=paid).select_related("organization").order_by("pk")
    yield tables[Refund._meta.db_table], list(refunds)


def _things(table: Table, rows: Iterable[Any], others: Others, moments: dict[int, datetime]) -> Iterator[Thing]:
    rows = list(rows)
    by_controller: dict[int | None, list[Any]] = {}
    for row in rows:
        by_controller.setdefault(_controller(table, row), []).append(row)
    days = days_of(table.name, rows, moments=moments)
    columns = [column for column in table.columns.values() if column.kind != "technical"]
    told = [column for column in columns if column.kind in {"personal", "freetext"} and _is_plain(column)]
    for organization, mine in by_controller.items():
        yield Thing(
            table=table.name,
            organization=organization,
            rows=[Row(_values(row, table, told, others), days.get(row.pk, {}), _instant(row)) for row in mine],
            categories=sorted({column.category for column in columns if column.category}),
            purposes=_purposes(table, columns),
            keeps=_keeps(table, columns),
            recipients=sorted({recipient for column in columns for recipient in column.recipients}),
            omitted={
                column.name: column.export.why
                for column in columns
                if column.export and not _is_plain(column) and _is_filled(mine, column)
            },
        )


def _controller(table: Table, row: Any) -> int | None:
    return None if table.name in _OF_THE_PLATFORM else getattr(row, "organization_id", None)


def _is_plain(column: Column) -> bool:
    return column.export is None or column.export.how == "plain"


def _is_filled(rows: list[Any], column: Column) -> bool:
    """A link to a member of staff that is empty, say, has nothing to be left out."""
    return column.kind != "link" and any(getattr(row, column.name, None) not in (None, "", {}) for row in rows)


def _purposes(table: Table, columns: list[Column]) -> list[tuple[str, str, str]]:
    declared = {(purpose, basis.article, basis.law) for one in columns for purpose, basis in one.purposes.items()}
    return sorted(declared) or _PURPOSES_OF_FACTS.get(table.name, _PURPOSES_OF_THE_REST)


def _keeps(table: Table, columns: list[Column]) -> list[str]:
    declared = {column.keep.name for column in columns if column.keep}
    return sorted(declared) or [_KEEPS_OF_FACTS.get(table.name, "account")]


def _values(row: Any, table: Table, told: Iterable[Column], others: Others) -> dict[str, Any]:
    """The personal values that are there, then the facts that tell what the row is about."""
    values: dict[str, Any] = {}
    for column in told:
        # What is sealed stands opened under another name.
        value = getattr(row, getattr(row, "readable", {}).get(column.name, column.name), None)
        if others.hides(table.name, column.name, row):
            continue
        own = isinstance(row, ChatMessage) and row.by == ChatMessage.By.VISITOR
        foreign = isinstance(value, str) and not own
        values[column.name] = others.out_of(table.name, column, str(value)) if foreign else _plain(value)
    for name, column in table.columns.items():
        if column.kind == "technical" and name not in _NOT_TOLD:
            values |= _fact(row, name)
    if isinstance(row, CaseAttachment) and not row.refused:
        values["file"] = file_name(row)
    if isinstance(row, ChatFile):
        values["file"] = file_name(row)
    if isinstance(row, Authenticator):
        values["name"] = row.data.get("name")  # of a passkey; the rest of the column is secret
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _fact(row: Any, name: str) -> dict[str, Any]:
    kind = row._meta.get_field(name)
    if kind.is_relation:
        neighbour = getattr(row, name) if name in _NAMES else None
        return {name: getattr(neighbour, _NAMES[name])} if neighbour is not None else {}
    if isinstance(kind, models.BinaryField | models.UUIDField):
        return {}
    return {name: _plain(getattr(row, name))}


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview | bytes):
        return None
    return str(value) if isinstance(value, UUID) else value


def _instant(row: Any) -> datetime | None:
    names = (
        "created_at", "placed_at", "added_at", "at", "accepted_at", "issued_at", "given_at", "asked_at", "enrolled_at",
        "requested_at", "proven_at", "granted_at", "since_at", "from_at", "erased_at", "opened_at",
    )  # fmt: skip
    return next((getattr(row, name) for name in names if getattr(row, name, None)), None)


def _beyond(
    subject: Subject, orders: list[Order], found: dict[str, tuple[Table, list[Any]]]
) -> list[tuple[Table, list[Any]]]:
    """What no path of the map leads to. The subject's own rows are added to those `found`; rows about somebody else, in
    which the subject stands in passing, come back: by table and controller."""
    tables = data_map.load().tables
    in_passing: list[tuple[Table, list[Any]]] = []
    holders = {one.pk for one in found["sales_participant"][1]}
    for more in beyond(orders={one.pk for one in orders}, participants=holders, emails=subject.emails):
        table, mine = found[more.table]
        queryset: Any = model_of(tables[more.table])._default_manager.filter(pk__in=more.pks - {row.pk for row in mine})
        rows = list(_with_neighbours(queryset).order_by("pk"))
        if more.columns is None and more.table not in {"memberships_membership", "memberships_documenteddues"}:
            mine += rows
            continue
        by_controller: dict[int | None, list[Any]] = {}
        for row in rows:
            by_controller.setdefault(_controller(table, row), []).append(row)
        in_passing += [(table, theirs) for theirs in by_controller.values()]
    return in_passing


def _in_passing(table: Table, rows: list[Any]) -> Thing:
    """Only that the rows are there, and what in them is the subject's own."""
    columns = [column for column in table.columns.values() if column.kind != "technical"]
    days = days_of(table.name, rows, moments={})
    return Thing(
        table=table.name,
        organization=_controller(table, rows[0]),
        rows=[Row(_own_part(row), days.get(row.pk, {}), _instant(row)) for row in rows],
        categories=sorted({column.category for column in columns if column.category}),
        purposes=_purposes(table, columns),
        keeps=_keeps(table, columns),
        recipients=sorted({recipient for column in columns for recipient in column.recipients}),
        omitted={"text": "it is another person's"},
        beyond=True,
    )


def _own_part(row: Any) -> dict[str, Any]:
    of_a_case = ("contact_email", "name", "reference", "created_at")
    of_others = ("payer_name", "payer_relation", "dues_text", "dues_amount", "currency", "paid_at", "kind", "sent_at")
    names = of_a_case if isinstance(row, Case) else of_others
    values = {name: getattr(row, name) for name in names if hasattr(row, name)}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _sessions(devices: list[Any]) -> Iterator[Thing]:
    """Sessions are known by the list of devices; what they hold opens the account, so only that they are there is told."""
    table = data_map.load().tables[Session._meta.db_table]
    rows = list(Session.objects.filter(session_key__in=[device.session_key for device in devices]))
    yield from _things(table, rows, Others((), frozenset()), {})
