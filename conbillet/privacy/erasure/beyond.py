"""Rows with something about somebody that no path of the map leads to, because rooms know each other by opaque
references only: dues that somebody paid for another member, and our copies of mails about their orders to others."""

from typing import Any, NamedTuple

from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Membership
from conbillet.sales.models import OrderLine

Ids = set[Any]


class Beyond(NamedTuple):
    """More rows of a table; only these columns of them, or all that the map declares."""

    table: str
    pks: Ids
    columns: frozenset[str] | None


def beyond(*, orders: dict[int, str], participants: Ids) -> list[Beyond]:
    """What hangs on these orders (id → reference) and participants by reference."""
    lines = OrderLine.objects.filter(order__in=orders, kind="membership").values_list("pk", flat=True)
    paid = Membership.objects.filter(source_reference__in=[f"line-{pk}" for pk in lines]).values_list("pk", flat=True)
    about = [*orders.values(), *(str(pk) for pk in participants)]
    sent = OutgoingMail.objects.filter(about__in=about, organization__isnull=False, state=OutgoingMail.State.SENT)
    return [
        Beyond("memberships_membership", set(paid), None),
        Beyond("mail_outgoingmail", set(sent.values_list("pk", flat=True)), frozenset({"subject", "text", "html"})),
    ]
