"""Finding those who bought or hold something at an event: what a list of them can be narrowed down to and sorted by.

Nothing but the six fields and the association's own record can be asked for: whatever else there is about a person has
no name here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Func, OrderBy
from django.db.models.fields import TextField

from conbillet.catalogue.models import Event
from conbillet.core.references import BadReference, normalise
from conbillet.sales.models import OrderLine
from conbillet.tickets.models import CheckIn

from .models import Attendee
from .models.attendees import HOLDERS

LONGEST_SEARCH = 80
WORDS = 6
REFERENCE = 12

# Full years on the event's first day, both ends included.
AGE_BANDS: dict[str, tuple[int, int]] = {
    "0-14": (0, 14),
    "15-17": (15, 17),
    "18-29": (18, 29),
    "30-59": (30, 59),
    "60+": (60, 150),
}
AGE_UNKNOWN = "unknown"


def _danish(column: str) -> OrderBy:
    return OrderBy(Func(column, function="conbillet_sort_key", output_field=TextField()))


SORTS: dict[str, Sequence[OrderBy]] = {
    "name": [_danish("name")],
    "newest": [F("order__paid_at").desc(nulls_last=True)],
    "youngest": [F("birth_date").desc(nulls_last=True), _danish("name")],
    "oldest": [F("birth_date").asc(nulls_last=True), _danish("name")],
    "postcode": [F("postcode").asc(), _danish("name")],
}


@dataclass(frozen=True)
class AttendeeFilter:
    """What to look for; empty means any. Words that are not known narrow nothing down and sort by name."""

    text: str = ""
    kind: str = ""  # of `Attendee.Kind`
    product_id: int | None = None
    inside: str = ""  # "in", "out"
    age: str = ""  # of `AGE_BANDS`, or AGE_UNKNOWN
    sort: str = "name"


def find_attendees(*, organization_id: int, event: Event, wanted: AttendeeFilter) -> QuerySet[Attendee]:
    """Those who match, in Danish order of names unless another order is asked for."""
    found = Attendee.objects.filter(organization_id=organization_id, event=event)
    if wanted.kind in Attendee.Kind.values:
        found = found.filter(kind=wanted.kind)
    if wanted.text.strip():
        found = found.filter(_matching(wanted.text))
    if wanted.product_id is not None:
        mine = OrderLine.objects.filter(
            order=OuterRef("order_id"), product_id=wanted.product_id, reverses=None, reversal=None
        )
        found = found.filter(_of_attendee(mine))
    if wanted.inside in {"in", "out"}:
        entered = CheckIn.objects.filter(ticket__participant=OuterRef("participant_id"), undone_at=None)
        found = found.filter(Exists(entered) if wanted.inside == "in" else ~Exists(entered))
    if wanted.age == AGE_UNKNOWN:
        found = found.filter(birth_date=None)
    elif wanted.age in AGE_BANDS:
        youngest, oldest = AGE_BANDS[wanted.age]
        found = found.filter(
            birth_date__gt=_years_before(event.starts_on, oldest + 1),
            birth_date__lte=_years_before(event.starts_on, youngest),
        )
    return found.order_by(*SORTS.get(wanted.sort, SORTS["name"]), "id")


# A page of all holders by name: their ids only, in the order of an index, so that nothing is sorted and little is read.
_BY_NAME = f"""SELECT p.id * 2, o.id {HOLDERS} AND p.organization_id = %s AND o.event_id = %s
ORDER BY conbillet_sort_key(p.name), p.id LIMIT %s OFFSET %s"""  # noqa: S608  our own text


def holders_by_name(*, organization_id: int, event: Event, first: int, last: int) -> list[Attendee]:
    """Those from `first` up to `last` of what `find_attendees` finds of holders by name, in the same order.

    They carry their own and their order's id and nothing else; what they are called is read through the one door.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BY_NAME, [organization_id, event.pk, last - first, first])
        return [Attendee(pk=pk, order_id=order) for pk, order in cursor.fetchall()]


def _of_attendee(lines: "QuerySet[OrderLine]") -> Q:
    """A holder's own lines; of a buyer who holds nothing, those that nobody in particular holds."""
    held = Q(Exists(lines.filter(participant=OuterRef("participant_id"))))
    return (Q(kind=Attendee.Kind.HOLDER) & held) | (
        Q(kind=Attendee.Kind.BUYER) & Q(Exists(lines.filter(participant=None)))
    )


def _matching(text: str) -> Q:
    """Every word in name or e-mail; or the text is the reference of the order."""
    words = Q()
    for word in text[:LONGEST_SEARCH].split()[:WORDS]:
        words &= Q(name__icontains=word) | Q(email__icontains=word)
    try:
        reference = normalise(text)
    except BadReference:
        return words
    return words | Q(order__reference=reference) if len(reference) == REFERENCE else words


def _years_before(day: date, years: int) -> date:
    """The last day of birth of those who are so many years old on a day, as `core.clock.age_on` counts them."""
    if day.year - years < 1:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
