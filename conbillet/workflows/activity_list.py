"""What an association held in a year, by quarter: its events and the activities that it entered itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from conbillet.catalogue.models import MEMBERSHIPS_ONLY, Event
from conbillet.core.clock import day_start
from conbillet.core.workbooks import workbook
from conbillet.memberships.models import Activity
from conbillet.memberships.pdf.activities import Listed, render_activities
from conbillet.organizations.models import Organization
from conbillet.tickets.models import CheckIn, Ticket

WIDTHS = (9, 13, 13, 40, 34, 14)


@dataclass(frozen=True)
class Quarter:
    """One quarter with what was held in it; `is_over` by the day that was asked for."""

    number: int
    rows: tuple[Listed, ...]
    is_over: bool

    @property
    def is_missing(self) -> bool:
        """Over, and nothing was held: what Bifrost's auditors ask about."""
        return self.is_over and not self.rows


def quarters_of(*, organization: Organization, year: int, today: date) -> list[Quarter]:
    """The year's four quarters. An event that reaches into two of them stands in both. Three queries."""
    rows = sorted(
        [*_events(organization, year, today), *_entered(organization, year)], key=lambda row: (row.first, row.name)
    )
    found = []
    for number in (1, 2, 3, 4):
        first = date(year, 3 * number - 2, 1)
        last = date(year + number // 4, (3 * number) % 12 + 1, 1)  # the next quarter's first day
        held = tuple(row for row in rows if row.first < last and row.last >= first)
        found.append(Quarter(number, held, is_over=today >= last))
    return found


def _events(organization: Organization, year: int, today: date) -> Iterator[Listed]:
    """Events that have begun, and were not called off. Who was let in counts; where nobody was, who had a ticket."""
    events = Event.objects.filter(
        organization=organization, state__in=[Event.State.LIVE, Event.State.CLOSED], starts_on__lte=min(today, date(year, 12, 31)),
        ends_on__gte=date(year, 1, 1),
    ).exclude(kind=MEMBERSHIPS_ONLY)  # fmt: skip
    found = list(events.order_by("starts_on", "pk"))
    ids = [event.pk for event in found]
    tickets = Ticket.objects.filter(event__in=ids, admits=True, voided_at=None).order_by().values_list("event")
    had = dict(tickets.annotate(n=Count("participant", distinct=True)))
    let_in = CheckIn.objects.filter(event__in=ids, undone_at=None, at__lt=day_start(date(year + 1, 1, 2))).order_by()
    came = dict(
        let_in.values_list("event").annotate(
            n=Count("ticket__participant", distinct=True, filter=Q(ticket__admits=True))
        )
    )
    for event in found:
        place = ", ".join(part for part in (event.venue, event.city) if part)
        yield Listed(
            event.starts_on, event.ends_on, event.name, place, came.get(event.pk) or had.get(event.pk, 0), None
        )


def _entered(organization: Organization, year: int) -> Iterator[Listed]:
    for row in Activity.objects.filter(organization=organization, held_on__year=year).order_by("held_on", "pk"):
        yield Listed(row.held_on, row.held_on, row.name, row.place, row.participants, row.pk)


def activities_xlsx(quarters: Sequence[Quarter], *, sheet: str) -> Iterator[bytes]:
    """A workbook with one sheet of that name."""

    def rows() -> Iterator[list[object]]:
        yield [_("Quarter"), _("First day"), _("Last day"), _("What"), _("Where"), _("Participants")]
        for quarter in quarters:
            for row in quarter.rows:
                yield [quarter.number, row.first, row.last, row.name, row.place, row.participants]

    return workbook(rows(), sheet=sheet, widths=WIDTHS)


def activities_pdf(
    quarters: Sequence[Quarter], organization: Organization, *, year: int, language: str, today: date
) -> bytes:
    """PDF/UA of the list, with what is missing said."""
    return render_activities(
        [(quarter.number, quarter.rows, quarter.is_missing) for quarter in quarters],
        organization,
        year=year,
        language=language,
        today=today,
    )
