"""The official table of postcodes, `postnr;by;kommunekode;kommune`, one line for each pair of postcode and municipality.

It is read once, checked as a whole, and written beside the other data of the house, where `postcodes.py` finds it.
"""

import csv
import io
import os
import re
import secrets
from dataclasses import dataclass

from .files import make_private_folder
from .postcodes import municipality_name, official_file

COLUMNS = ("postnr", "by", "kommunekode", "kommune")
NO_MUNICIPALITY = "0411"  # Christiansø belongs to none
_POSTCODE = re.compile(r"[0-9]{4}")


class BadTable(Exception):
    """The table cannot be taken; `problems` says why, line by line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class OfficialTable:
    """Each postcode with its town and the codes of its municipalities."""

    places: dict[str, tuple[str, tuple[str, ...]]]

    @property
    def ambiguous(self) -> int:
        """How many postcodes lie in more than one municipality, so that a person has to be asked."""
        return sum(len(codes) > 1 for _town, codes in self.places.values())


def read_official(content: bytes) -> OfficialTable:
    """The table of a file in UTF-8 or Windows-1252. Raises BadTable; then nothing of it is any good."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    heading = [cell.strip().lower() for cell in next(lines, [])]
    if sorted(heading) != sorted(COLUMNS):
        raise BadTable([f"line 1: the columns must be {';'.join(COLUMNS)}"])
    places: dict[str, tuple[str, set[str]]] = {}
    problems: list[str] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        problem = _problem(row) if len(cells) == len(COLUMNS) else "four cells are needed"
        if problem:
            problems.append(f"line {lines.line_num}: {problem}")
            continue
        town, codes = places.setdefault(row["postnr"], (row["by"], set()))
        if town != row["by"]:
            problems.append(f"line {lines.line_num}: {row['postnr']} is called {town} further up")
        if row["kommunekode"].zfill(4) != NO_MUNICIPALITY:
            codes.add(row["kommunekode"].zfill(4))
    if not places and not problems:
        problems.append("the table is empty")
    if problems:
        raise BadTable(problems)
    return OfficialTable({code: (town, tuple(sorted(found))) for code, (town, found) in sorted(places.items())})


def _problem(row: dict[str, str]) -> str:
    if not _POSTCODE.fullmatch(row["postnr"]):
        return "a postcode has four digits"
    if not row["by"]:
        return "the town is missing"
    code = row["kommunekode"]
    if not re.fullmatch(r"[0-9]{3,4}", code):
        return "a municipality's code has four digits"
    if code.zfill(4) != NO_MUNICIPALITY and municipality_name(code.zfill(4)) is None:
        return f"there is no municipality {code.zfill(4)}"
    return ""


def keep_official(table: OfficialTable) -> None:
    """Put the table where the house looks for it, in place of an older one; at no moment is there half a table."""
    file = official_file()
    make_private_folder(file.parent)
    temporary = file.with_name(f".{secrets.token_hex(8)}.new")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as out:
            lines = csv.writer(out, delimiter=";", lineterminator="\n")
            lines.writerow(("postcode", "town", "municipalities"))
            lines.writerows((code, town, ",".join(codes)) for code, (town, codes) in table.places.items())
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
