"""The list of who comes as a file: the columns of the six fields and of the association's own record, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from conbillet.core.clock import COPENHAGEN
from conbillet.core.people import Gender
from conbillet.core.references import pretty
from conbillet.core.spreadsheets import Amount, csv_lines, kroner
from conbillet.core.workbooks import Ore, workbook
from conbillet.privacy.disclosure import Handed, Handover
from conbillet.privacy.models import Attendee
from conbillet.sales.models import Order

WIDTHS = (26, 14, 26, 10, 18, 8, 30, 20, 12, 40, 12, 20, 17, 17, 26, 17)


def heading() -> list[str]:
    """The columns' names, in the reader's language."""
    return [
        _("Name"), _("Holder or buyer"), _("Street"), _("Postcode"), _("Town"), _("Country"), _("E-mail"), _("Gender"),
        _("Date of birth"), _("Bought"), _("Price"), _("Payment"), _("Paid at"), _("Order number"), _("Ordered by"), _("Let in at"),
    ]  # fmt: skip


def attendee_rows(handover: Handover) -> Iterator[list[object]]:
    """The heading, then everybody of the hand-over. Amounts are `Ore`, days and instants as they are."""
    yield list(heading())
    kinds = {str(kind): str(kind.label) for kind in Attendee.Kind}
    genders = {"": "", **{str(gender): str(gender.label) for gender in Gender}}
    methods = {str(method): str(method.label) for method in Order.Method}
    for person in handover.people():
        yield _row(person, kinds, genders, methods)


def _row(person: Handed, kinds: dict[str, str], genders: dict[str, str], methods: dict[str, str]) -> list[object]:
    six, own = person.six, person.own
    address = six.address
    return [
        six.name, kinds[person.kind], address.street, six.postcode, address.city, address.country, six.email,
        genders.get(six.gender, ""), six.birth_date, " · ".join(own.things), Ore(own.amount), methods.get(own.method, ""),
        own.paid_at, pretty(own.order), own.ordered_by, own.inside_at,
    ]  # fmt: skip


def attendees_csv(handover: Handover) -> Iterator[str]:
    """As Danish Excel reads it: semicolons, decimal commas, a byte order mark; no cell that is taken for a formula."""
    return csv_lines(_plain(row) for row in attendee_rows(handover))


def attendees_xlsx(handover: Handover, *, sheet: str) -> Iterator[bytes]:
    """A workbook with one sheet of that name, in pieces as they are made."""
    return workbook(attendee_rows(handover), sheet=sheet, widths=WIDTHS)


_PRICE, _INSTANTS = 10, (12, 15)


def _plain(row: list[object]) -> list[object]:
    """Amounts with a decimal comma, instants as Copenhagen's clock showed them."""
    price = row[_PRICE]
    if isinstance(price, Ore):
        row[_PRICE] = Amount(kroner(price))
    for at in _INSTANTS:
        instant = row[at]
        if instant is not None and not isinstance(instant, str):
            row[at] = f"{instant.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]  # an instant, by its column
    return row
