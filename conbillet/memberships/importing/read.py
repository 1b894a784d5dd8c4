"""A CSV file of members, as it comes from a spreadsheet or another system, into rows and problems.

Columns by their heading, in any order; `member_no;name;birth_date;gender;street;postcode;city;country;municipality_code;
email;phone;member_from;member_to;dues_amount;dues_separate;paid_at;payer_relation;refunded_amount;dispute_lost`. Days are
ISO, `paid_at` is an instant in UTC (a day alone is that Copenhagen day's noon), amounts are kroner with decimal point or comma.
Rows of one `member_no` are one person's memberships.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.core.clock import COPENHAGEN, age_on
from conbillet.core.money import LARGEST_AMOUNT
from conbillet.core.people import Gender, PayerRelation
from conbillet.core.postcodes import municipality_name, town_for

from ..places import ADMIN, municipality_of_address

COLUMNS = (
    "member_no", "name", "birth_date", "gender", "street", "postcode", "city", "country", "municipality_code", "email",
    "phone", "member_from", "member_to", "dues_amount", "dues_separate", "paid_at", "payer_relation", "refunded_amount",
    "dispute_lost",
)  # fmt: skip
NEEDED = ("name",)
MOST_ROWS = 100_000
MOST_BYTES = 30_000_000
OLDEST = 120
_SNAPSHOT = ("name", "birth_date", "gender", "street", "postcode", "city", "country", "municipality_code", "municipality_source", "email", "phone")  # fmt: skip
_WIDTHS = {"member_no": 20, "name": 120, "street": 120, "postcode": 12, "city": 80, "email": 254, "phone": 20}
_COUNTRIES = {"": "DK", "DANMARK": "DK", "DENMARK": "DK", "SVERIGE": "SE", "SWEDEN": "SE", "NORGE": "NO", "NORWAY": "NO",
              "TYSKLAND": "DE", "GERMANY": "DE", "FINLAND": "FI", "ISLAND": "IS", "ICELAND": "IS"}  # fmt: skip
NOT_A_MUNICIPALITY = ("UDL", "UKENDT")  # abroad and unknown, as reports name them
_THOUSANDS = re.compile(r"(?<=[0-9])\.(?=[0-9]{3}(?:\.[0-9]{3})*,)")  # 1.234,50; a point alone is a decimal point
_YES, _NO = {"true", "1", "yes", "ja"}, {"false", "0", "no", "nej", ""}


class Unreadable(Exception):
    """The file as a whole cannot be read; `message` says why, fit for whoever uploaded it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell. `line` counts from 1, the heading included."""

    line: int
    column: str
    message: str | Promise


@dataclass(frozen=True)
class EnteredMembership:
    """One membership of a row; days are inclusive, both None where the file states none. Amounts in øre."""

    period_from: date | None
    period_to: date | None
    dues_amount: int
    dues_separate: bool
    paid_at: datetime | None
    payer_relation: str
    refunded_amount: int
    dispute_lost: bool


@dataclass(frozen=True)
class Row:
    """One line: whom it is about, and a membership unless the line has neither days nor dues."""

    line: int
    member_no: str
    snapshot: dict[str, Any]
    membership: EnteredMembership | None


@dataclass
class ReadFile:
    """`rows` are those without a problem; `columns` are the snapshot's columns that the file has.

    `doubts` are odd, but no reason to refuse a row.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    columns: frozenset[str] = frozenset()


def decode(content: bytes) -> str:
    """UTF-8, with a mark or without, or what Danish Excel saves. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is too large. At most 30 MB."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("This is not a text file. Save the sheet as CSV and try again."))


def read_members(text: str, *, today: date) -> ReadFile:
    """Every row of the file, judged. Raises Unreadable when there is no sound heading, or too much of it."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        heading = [cell.strip().lower() for cell in next(lines, [])]
        _check_heading(heading)
        found = ReadFile(columns=_columns_of(heading))
        for values in lines:
            if not any(cell.strip() for cell in values):
                continue
            if len(found.rows) + len(found.problems) >= MOST_ROWS:
                raise Unreadable(_("The file is too long. At most 100,000 rows."))
            _read_row(found, lines.line_num, heading, values, today)
    except csv.Error as error:
        raise Unreadable(_("Line %(line)s cannot be read as CSV.") % {"line": lines.line_num}) from error
    return found


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(";,\t", key=first.count)


def _columns_of(heading: list[str]) -> frozenset[str]:
    present = set(heading) & set(_SNAPSHOT)
    if {"postcode", "municipality_code"} & present:
        present |= {"municipality_code", "municipality_source"}
    if "postcode" in present:
        present |= {"city"}
    return frozenset(present)


def _check_heading(heading: list[str]) -> None:
    unknown = [name for name in heading if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in heading]
    if not heading or len(unknown) == len(heading):
        raise Unreadable(_("The first line must name the columns: %(columns)s.") % {"columns": ";".join(COLUMNS)})
    if unknown:
        raise Unreadable(_("Unknown column: %(names)s.") % {"names": ", ".join(unknown)})
    if missing:
        raise Unreadable(_("A column is missing: %(names)s.") % {"names": ", ".join(missing)})
    if len(set(heading)) < len(heading):
        raise Unreadable(_("A column stands there twice."))


class _Bad(Exception):
    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def _read_row(found: ReadFile, line: int, heading: list[str], values: list[str], today: date) -> None:
    if len(values) > len(heading):
        found.problems.append(Problem(line, "", _("This line has more cells than the heading.")))
        return
    cells = {name: value.strip() for name, value in zip(heading, values, strict=False)}
    read: dict[str, Any] = {}
    before = len(found.problems)
    for name in COLUMNS:
        try:
            read[name] = _READERS.get(name, _text(name))(cells.get(name, ""))
        except _Bad as bad:
            found.problems.append(Problem(line, name, bad.message))
    if len(found.problems) == before:
        found.problems += [Problem(line, column, message) for column, message in _contradictions(read, today)]
    if len(found.problems) == before:
        found.rows.append(Row(line, read["member_no"], _snapshot(read), _membership(read)))
        if read["country"] == "DK" and read["postcode"] and not town_for(read["postcode"]):
            found.doubts.append(Problem(line, "postcode", _("There is no such postcode in Denmark.")))


def _contradictions(read: dict[str, Any], today: date) -> Iterator[tuple[str, str | Promise]]:
    born, begin, end = read["birth_date"], read["member_from"], read["member_to"]
    if not read["name"]:
        yield "name", _("A member needs a name.")
    if born and born > today:
        yield "birth_date", _("The date of birth is in the future.")
    elif born and age_on(born, today) > OLDEST:
        yield "birth_date", _("Nobody is that old.")
    if (begin is None) != (end is None):
        yield "member_to" if end is None else "member_from", _("State both the first and the last day, or neither.")
    elif begin and end < begin:
        yield "member_to", _("The last day comes before the first.")
    if read["refunded_amount"] > read["dues_amount"]:
        yield "refunded_amount", _("More was given back than was paid.")


def _snapshot(read: dict[str, Any]) -> dict[str, Any]:
    said = read["municipality_code"]  # where the postcode has several, a person must say it
    code, source = municipality_of_address(country=read["country"], postcode=read["postcode"], said=said, by=ADMIN)
    city = read["city"] or (town_for(read["postcode"]) or "" if read["country"] == "DK" else "")
    own = {"municipality_code": code, "municipality_source": source, "city": city}
    return {**{name: read[name] for name in _SNAPSHOT if name not in own}, **own}


def _membership(read: dict[str, Any]) -> EnteredMembership | None:
    if read["member_from"] is None and not read["dues_amount"] and read["paid_at"] is None:
        return None
    return EnteredMembership(
        period_from=read["member_from"],
        period_to=read["member_to"],
        dues_amount=read["dues_amount"],
        dues_separate=read["dues_separate"],
        paid_at=read["paid_at"],
        payer_relation=read["payer_relation"],
        refunded_amount=read["refunded_amount"],
        dispute_lost=read["dispute_lost"],
    )


# --- Cells ----------------------------------------------------------------------------------------------------------------
def _text(name: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = " ".join(cell.split())
        # A spreadsheet's own guard against formulas, which our exports write, too.
        if text[:1] == "'" and text[1:2] in tuple("=+-@"):
            text = text[1:]
        if len(text) > _WIDTHS.get(name, 200):
            raise _Bad(_("At most %(n)s characters.") % {"n": _WIDTHS.get(name, 200)})
        return text

    return read


def _day(cell: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise _Bad(_("Write the day as 2026-12-31.")) from None


def _instant(cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        if len(cell) == len("2026-12-31"):
            return datetime.combine(date.fromisoformat(cell), time(12), COPENHAGEN).astimezone(UTC)
        read = datetime.fromisoformat(cell)
    except ValueError:
        raise _Bad(_("Write the moment as 2026-12-31T18:30:00Z.")) from None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _amount(cell: str) -> int:
    """Kroner, with decimal point or comma, as øre."""
    if not cell:
        return 0
    try:
        ore = Decimal(_THOUSANDS.sub("", cell).replace(",", ".")) * 100
    except InvalidOperation:
        raise _Bad(_("Write the amount as 75.00 or 75,00.")) from None
    if not ore.is_finite() or ore != ore.to_integral_value() or not 0 <= ore <= LARGEST_AMOUNT:
        raise _Bad(_("Write the amount as 75.00 or 75,00."))
    return int(ore)


def _flag(default: bool) -> Callable[[str], bool]:
    def read(cell: str) -> bool:
        word = cell.lower()
        if word == "":
            return default
        if word in _YES | _NO:
            return word in _YES
        raise _Bad(_("Write true or false."))

    return read


def _one_of(values: list[str], default: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        word = cell.lower() or default
        if word not in values:
            raise _Bad(_("One of these: %(values)s.") % {"values": ", ".join(values)})
        return word

    return read


def _country(cell: str) -> str:
    word = cell.upper()
    code = _COUNTRIES.get(word, word)
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise _Bad(_("Write the country as two letters, such as DK or SE."))
    return code


def _municipality(cell: str) -> str:
    if cell.upper() in NOT_A_MUNICIPALITY:
        return ""
    code = cell.zfill(4) if cell.isdigit() else cell
    if code and municipality_name(code) is None:
        raise _Bad(_("There is no municipality with that number."))
    return code


def _email(cell: str) -> str:
    if cell:
        try:
            validate_email(cell)
        except ValidationError:
            raise _Bad(_("This is not an e-mail address.")) from None
    return _text("email")(cell)


_READERS: dict[str, Callable[[str], Any]] = {
    "birth_date": _day,
    "gender": _one_of(Gender.values, Gender.NOT_STATED),
    "country": _country,
    "municipality_code": _municipality,
    "email": _email,
    "member_from": _day,
    "member_to": _day,
    "dues_amount": _amount,
    "dues_separate": _flag(True),
    "paid_at": _instant,
    "payer_relation": _one_of(PayerRelation.values, PayerRelation.SELF),
    "refunded_amount": _amount,
    "dispute_lost": _flag(False),
}
