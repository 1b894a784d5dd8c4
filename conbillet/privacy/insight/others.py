"""Other people in the subject's rows: whose names stand in texts, and which columns are theirs (GDPR art. 15(4))."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conbillet.core.data_map import Column
from conbillet.core.people import PayerRelation
from conbillet.sales.models import Order, Participant

from .facts import Child

# Shown instead of what is another person's, in every language: it stands inside texts in any of them.
STAND_IN = "[…]"
_SHORTEST = 3
# What people wrote themselves is theirs as it is.
_OWN_WORDS = {"support_case"}


@dataclass(frozen=True)
class Others:
    """Takes other people out of the subject's texts."""

    values: tuple[str, ...]
    own: frozenset[str]

    def out_of(self, table: str, column: Column, text: str) -> str:
        """The text, without names and addresses of people whom the subject's orders and invitations tie to them."""
        if column.kind != "freetext" or table in _OWN_WORDS:
            return text
        return self._pattern.sub(STAND_IN, text) if self.values else text

    def hides(self, table: str, column: str, row: Any) -> bool:
        """Whether the value is another person's: who paid somebody's dues, when it was not the member."""
        payer = table in {"memberships_membership", "memberships_documenteddues"} and column == "payer_name"
        return payer and row.payer_relation != PayerRelation.SELF and row.payer_name not in self.own

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        forms = {form for value in self.values for form in (value, html.escape(value))}
        longest_first = sorted(forms, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)


def others_of(*, found: dict[str, list[Any]], except_for: Iterable[Child]) -> Others:
    """Whoever else stands on the subject's orders, bought for them, or invited them. A constant number of queries."""
    orders: list[Order] = found["sales_order"]
    mine: list[Participant] = found["sales_participant"]
    own = _own(found)
    own |= {str(value) for child in except_for for value in child.values.values()}
    values: set[str] = set()
    on_same = Participant.objects.filter(order__in={*(one.pk for one in orders), *(one.order_id for one in mine)})
    for row in on_same.exclude(pk__in=[one.pk for one in mine]).values_list("name", "badge_name", "email"):
        values.update(row)
    bought_for = Order.objects.filter(pk__in={one.order_id for one in mine} - {order.pk for order in orders})
    for buyer in bought_for.values_list("buyer_name", "buyer_email"):
        values.update(buyer)
    inviters = [row.invited_by for row in found["organizations_invitation"] if row.invited_by]
    values.update(inviter.name for inviter in inviters)
    values = {
        value for value in values if len(value) >= _SHORTEST and value.lower() not in {one.lower() for one in own}
    }
    return Others(tuple(sorted(values)), frozenset(own))


def _own(found: dict[str, list[Any]]) -> set[str]:
    """The subject's names and addresses, wherever they stand."""
    columns = (
        ("accounts_person", "name"), ("accounts_person", "badge_name"), ("accounts_account", "email"),
        ("accounts_emailproof", "email"), ("sales_order", "buyer_name"), ("sales_order", "buyer_email"),
        ("sales_participant", "name"), ("sales_participant", "badge_name"), ("sales_participant", "email"),
        ("memberships_member", "name"), ("memberships_member", "email"), ("support_case", "email"),
        ("support_chat", "name"), ("support_chat", "email"),
        ("mail_outgoingmail", "recipient"),
    )  # fmt: skip
    return {str(value) for table, column in columns for row in found.get(table, ()) if (value := getattr(row, column))}
