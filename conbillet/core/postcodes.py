"""Danish postcodes: the town they belong to and the municipality in which (most of) it lies.

Postcodes and municipality codes are four-digit strings, since both can begin with zero. Data: GeoNames (CC BY 4.0),
see `data/README.md`. An official table that the operator has imported (`official_postcodes.py`) goes before it: that one
knows every municipality of a postcode, in the order of their codes.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

_FOLDER = Path(__file__).parent / "data"


def official_file() -> Path:
    """Where an imported official table lies, for all processes of the house."""
    return Path(settings.CONBILLET_DATA) / "postcodes" / "official.csv"


@dataclass(frozen=True)
class _Place:
    town: str
    municipalities: tuple[str, ...]


def town_for(postcode: str) -> str | None:
    """The town of a Danish postcode, or None when there is no such postcode. Spaces around it do not matter."""
    place = _places().get(postcode.strip())
    return place.town if place else None


def municipalities_for(postcode: str) -> tuple[str, ...]:
    """The codes of the municipalities that the postcode may lie in, the likeliest first; empty when unknown."""
    place = _places().get(postcode.strip())
    return place.municipalities if place else ()


def postcode_municipalities() -> dict[str, str]:
    """Every postcode with the code of the municipality in which most of it lies: for counting in the database."""
    return {postcode: place.municipalities[0] for postcode, place in _places().items() if place.municipalities}


def municipality_name(code: str) -> str | None:
    """The name of a municipality by its four-digit code, without "Kommune"; None when there is none."""
    return _municipalities().get(code)


def municipalities() -> tuple[tuple[str, str], ...]:
    """All 98 municipalities as (code, name), in Danish alphabetical order, for a list to choose from."""
    return tuple(sorted(_municipalities().items(), key=lambda item: _danish_order(item[1])))


def _places() -> Mapping[str, _Place]:
    file = official_file()
    try:
        return _with_official(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return _shipped_places()


@lru_cache(maxsize=1)  # a table that is imported anew has another time, and is read once more
def _with_official(file: Path, _written: int) -> Mapping[str, _Place]:
    return {**_shipped_places(), **_read_places(file)}


@cache
def _shipped_places() -> dict[str, _Place]:
    return _read_places(_FOLDER / "postcodes.csv")


def _read_places(file: Path) -> dict[str, _Place]:
    return {
        row["postcode"]: _Place(row["town"], tuple(filter(None, row["municipalities"].split(","))))
        for row in _rows(file)
    }


@cache
def _municipalities() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _rows(_FOLDER / "municipalities.csv")}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _danish_order(name: str) -> str:
    # Æ, Ø and Å come last, in this order, and Aa counts as Å (Retskrivningsordbogen § 4).
    return name.lower().replace("aa", "å").translate(str.maketrans("æøå", "{|}"))
