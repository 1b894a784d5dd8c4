"""What the law keeps of somebody who asks to be deleted: the rooms' own answers, found by table."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conbillet.core.clock import add_months, copenhagen_day
from conbillet.core.data_map import Column
from conbillet.memberships.evidence import (
    evidence_of_documented,
    evidence_of_documented_dues,
    evidence_of_members,
    evidence_of_memberships,
)
from conbillet.sales.books import names_of_orders, names_of_receipts

# Table → for each row, until when what the map declares `kept` must stay; None where the law does not need it.
UNTIL: dict[str, Callable[[Collection[Any]], dict[Any, date | None]]] = {
    "sales_order": names_of_orders,
    "sales_receipt": names_of_receipts,
    "memberships_member": evidence_of_members,
    "memberships_membership": evidence_of_memberships,
    "memberships_documentedmember": evidence_of_documented,
    "memberships_documenteddues": evidence_of_documented_dues,
}

# What `expires` by itself is a proof without a name, or about a request: gone two years after it came at the latest.
PROOF_MONTHS = 24
ACCOUNTABILITY = "GDPR art. 5(2)"


@dataclass(frozen=True)
class Kept:
    law: str
    until: date


def reasons(table: str, column: Column, pks: Collection[Any], *, now: datetime) -> dict[Any, Kept | None]:
    """For each row why and until when the column's value stays; None where it goes now. Raises LookupError for a table
    that keeps something without saying until when."""
    erase = column.erase
    if erase is None or erase.how not in {"kept", "expires"}:
        return dict.fromkeys(pks)
    if erase.how == "expires":
        return dict.fromkeys(pks, Kept(_law(column), add_months(copenhagen_day(now), PROOF_MONTHS)))
    if table not in UNTIL:
        raise LookupError(f"{table}: nobody says until when it is kept")
    return {pk: Kept(erase.law, until) if until else None for pk, until in UNTIL[table](pks).items()}


def _law(column: Column) -> str:
    return column.keep.source if column.keep else ACCOUNTABILITY
