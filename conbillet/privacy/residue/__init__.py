"""Looking for what should be gone, without the data map: every column of every table, every file.

A value is searched in all forms in which programs write values (`forms.py`). What is found is told by place only, never
with what stands around it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .database import in_database
from .files import in_files
from .forms import Hit, Needles

__all__ = ["Hit", "Needles", "in_database", "in_files", "search"]


def search(values: Iterable[str], *, folders: Iterable[Path]) -> Iterator[Hit]:
    """Every place in the database and below the folders that holds one of the values, in any form."""
    needles = Needles(values)
    yield from in_database(needles)
    for folder in folders:
        yield from in_files(needles, folder)
