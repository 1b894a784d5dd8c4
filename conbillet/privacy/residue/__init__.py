"""Looking for what should be gone, without the data map: every column of every table, every file, every seal that we can
still open.

A value is searched in all forms in which programs write values (`forms.py`), and inside what programs pack
(`packed.py`). What is found is told by place only, never with what stands around it.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from .database import in_database
from .files import in_file, in_files
from .forms import Hit, Needles
from .sealed import in_sealed

__all__ = ["Hit", "Needles", "in_database", "in_file", "in_files", "in_sealed", "search"]


def search(
    values: Iterable[str] | Needles, *, folders: Iterable[Path], leave_out: Collection[Path] = ()
) -> Iterator[Hit]:
    """Every place in the database and below the folders that holds one of the values, in any form."""
    needles = values if isinstance(values, Needles) else Needles(values)
    yield from in_database(needles)
    yield from in_sealed(needles)
    for folder in folders:
        yield from in_files(needles, folder, leave_out=leave_out)
