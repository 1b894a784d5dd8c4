"""Rows with something about somebody that no path of the map leads to, because rooms know each other by opaque
references only, or because nothing but their own words ties them to the person."""

from typing import Any, NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Lower, Trim

from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import DocumentedDues, Membership
from conbillet.sales.models import Order, OrderLine, Participant
from conbillet.support.models import Case
from conbillet.tickets.models import CheckIn

Ids = set[Any]


class Beyond(NamedTuple):
    """More rows of a table; only these columns of them, or all that the map declares."""

    table: str
    pks: Ids
    columns: frozenset[str] | None


WRITTEN = frozenset({"subject", "text", "html"})


def beyond(*, orders: Ids, participants: Ids, emails: frozenset[str] = frozenset()) -> list[Beyond]:
    """What hangs on the subject's own orders and on whom they are as a participant, of any order.

    And cases about somebody else's data (a child's) in which they wrote from one of their addresses.
    """
    lines = OrderLine.objects.filter(order__in=orders, kind="membership").values_list("pk", flat=True)
    paid = Membership.objects.filter(source_reference__in=[f"line-{pk}" for pk in lines]).values_list("pk", flat=True)
    themselves = _themselves(orders)
    entered = CheckIn.objects.filter(ticket__participant__in=themselves)
    own = list(Order.objects.filter(pk__in=orders).values_list("reference", flat=True))
    about_own = OutgoingMail.objects.filter(about__in=own, organization__isnull=False)
    wrote = Case.objects.alias(wrote_from=Lower("contact_email")).filter(wrote_from__in=emails - {""})
    return [
        Beyond("memberships_membership", set(paid), None),
        Beyond("memberships_documenteddues", _documented(set(paid)), None),
        Beyond("sales_participant", themselves, None),
        Beyond("tickets_checkin", set(entered.values_list("pk", flat=True)), None),
        # To the buyer, whatever address was typed then: one that was mistyped is theirs as well.
        Beyond("mail_outgoingmail", set(about_own.values_list("pk", flat=True)), None),
        Beyond("mail_outgoingmail", _to_others(orders, participants | themselves), WRITTEN),
        Beyond("support_case", set(wrote.values_list("pk", flat=True)), frozenset({"contact_email", "name"})),
    ]


def _documented(paid: Ids) -> Ids:
    """The same payments as they stand in the lists of years: of those members, and by that name."""
    dues = Membership.objects.filter(pk__in=paid).exclude(payer_name="").values_list("member", "payer_name").distinct()
    same = Q(pk__in=[])
    for member, payer in dues:
        same |= Q(documented__member=member, payer_name=payer)
    return set(DocumentedDues.objects.filter(same).values_list("pk", flat=True)) if dues else set()


def _themselves(orders: Ids) -> Ids:
    """Holders on their own orders with their very name and nobody's address: the buyer, entered as "somebody else"."""
    unnamed = Participant.objects.filter(order__in=orders, person=None, email="").exclude(name="")
    same = unnamed.alias(mine=Lower(Trim(F("order__buyer_name"))), theirs=Lower(Trim(F("name")))).filter(
        mine=F("theirs")
    )
    return set(same.values_list("pk", flat=True))


def _to_others(orders: Ids, participants: Ids) -> Ids:
    """Our copies of mails to others that say who bought, or for whom: those who share an order with the subject."""
    shared = set(Participant.objects.filter(pk__in=participants).values_list("order", flat=True)) | orders
    around = Participant.objects.filter(order__in=shared).values_list("pk", flat=True)
    references = Order.objects.filter(pk__in=shared).values_list("reference", flat=True)
    about = Q(about__in=[*references, *map(str, around)])
    sent = OutgoingMail.objects.filter(about, organization__isnull=False, state=OutgoingMail.State.SENT)
    return set(sent.values_list("pk", flat=True))
