"""Names leave the books when the law no longer wants them (retention rule `accounting`)."""

from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from conbillet.core.clock import copenhagen_day, day_start
from conbillet.core.people import NOBODY, Held
from conbillet.organizations.accounting import accounting_year, accounting_year_of
from conbillet.organizations.models import Organization

from ..books import YEARS
from ..models import Cancellation, Order, OrderLine, Participant, Receipt

ORDER = ("buyer_name", "buyer_email", "buyer_street", "buyer_postcode", "buyer_city", "buyer_country")
PARTICIPANT = ("name", "badge_name", "email", "birth_date", "gender", "street", "postcode", "city", "country", "municipality_code")


def first_kept_day(*, organization: Organization, today: date) -> date:
    """Vouchers of earlier days may go: their accounting year ended more than five years ago."""
    number = accounting_year_of(organization=organization, day=today).number - YEARS
    return accounting_year(organization=organization, number=number).first


def forget_books(*, now: datetime, held: Held = NOBODY) -> Counter[int]:
    """Empty who bought, and for whom, on everything older; amounts, lines and numbers stay. Rows, by association.

    Orders on which somebody stands whose data is `held` stay as they are.
    """
    found: Counter[int] = Counter()
    for organization in Organization.objects.order_by("pk"):
        rows = _forget(organization, now, held)
        if rows:
            found[organization.pk] = rows
    return found


@transaction.atomic
def _forget(organization: Organization, now: datetime, held: Held) -> int:
    before = day_start(first_kept_day(organization=organization, today=copenhagen_day(now)))
    mine = Order.objects.filter(organization=organization)
    newer = Receipt.objects.filter(order=OuterRef("pk"), issued_at__gte=before)
    old = mine.filter(~Exists(newer), placed_at__lt=before)
    if held != NOBODY:
        theirs = Participant.objects.filter(held.rows("person", "email"), order=OuterRef("pk"))
        kept = mine.filter(held.rows("buyer", "buyer_email") | Exists(theirs)).values("pk")
        old = old.exclude(pk__in=kept)
    people = Participant.objects.filter(organization=organization, order__in=old)
    receipts = Receipt.objects.filter(organization=organization, issued_at__lt=before)
    if held != NOBODY:
        receipts = receipts.exclude(order__in=kept)
    reasons = Cancellation.objects.filter(organization=organization, order__in=old)
    rows = _empty(people, PARTICIPANT, person=None) + _empty(receipts, ("buyer_name",)) + _empty(reasons, ("reason",))
    rows += _empty(OrderLine.objects.filter(organization=organization, order__in=old), ("payer_relation",))
    return rows + _empty(old, ORDER, buyer=None)


def _empty(
    rows: "QuerySet[Order] | QuerySet[OrderLine] | QuerySet[Participant] | QuerySet[Receipt] | QuerySet[Cancellation]",
    columns: tuple[str, ...],
    **also: None,
) -> int:
    """Empty the columns of rows that still have something in one of them."""
    filled = Q()
    for name in columns:
        filled |= ~Q(**{name: ""}) if name != "birth_date" else Q(birth_date__isnull=False)
    for name in also:
        filled |= Q(**{f"{name}__isnull": False})
    return rows.filter(filled).update(**{name: None if name == "birth_date" else "" for name in columns}, **also)
