"""Rows for spreadsheets, as Danish ones read them: semicolons, decimal commas, UTF-8 with a mark at the beginning."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets take a cell for a formula by its first character, also behind blanks and control characters (OWASP, "CSV
# injection"). Full-width signs count too where Asian input is enabled.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


RISKY = re.compile(rf"\s*[{re.escape(''.join(_FORMULA))}]")
_PORTION = 32 * 1024


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: such texts get an apostrophe in front. None is empty."""
    if value is None:
        return ""
    if type(value) is str:
        return f"'{value}" if RISKY.match(value) else value
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if isinstance(value, int):
        return text
    return f"'{text}" if RISKY.match(text) else text


def kroner(amount: int) -> str:
    """Øre as a number with a decimal comma and no separators: -123450 is `-1234,50`."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100},{abs(amount) % 100:02d}"


class Amount(str):
    """A number that we have written ourselves; not made safe again, or a spreadsheet could not add it up."""


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as text, in portions of many lines: sending each by itself costs more than writing it.

    The first begins with the byte order mark, so that æ, ø and å survive Excel.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    for row in rows:
        writer.writerow([cell if isinstance(cell, Amount) else safe_cell(cell) for cell in row])
        if buffer.tell() > _PORTION:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
