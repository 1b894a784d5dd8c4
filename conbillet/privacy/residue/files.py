"""Every file below a folder: its name, its text, and what is packed inside (`packed.py`)."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from .forms import Hit, Needles
from .packed import GZIP, PDF, ZIP, is_packed, texts_in, unpacked

_CHUNK = 1 << 20
_OVERLAP = 1 << 16
# What is unpacked is read whole; such a file beyond this size is searched as it lies only.
MOST_BYTES = 500 * 1024 * 1024


def in_files(needles: Needles, folder: Path, *, leave_out: Collection[Path] = ()) -> Iterator[Hit]:
    """Every file that holds one of the values; `place` is the path below the folder.

    `leave_out` are files and folders that are not looked into. A database's own files never are: what they hold is read
    through the database.
    """
    for path in _below(folder, leave_out):
        yield from in_file(needles, path, folder)


def in_file(needles: Needles, path: Path, folder: Path) -> Iterator[Hit]:
    """One file below a folder, or a folder's own name."""
    found = {(value, f"in its name, {form}") for value, form in needles.found_in(path.name.lower())}
    if path.is_file() and not path.is_symlink():
        try:
            found |= _in_file(needles, path)
        except FileNotFoundError:  # it went while we were looking
            return
    for value, form in sorted(found):
        yield Hit(f"file {_shown(needles, path.relative_to(folder))}", "", value, form)


def _below(folder: Path, leave_out: Collection[Path]) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path in leave_out:
            continue
        yield path
        if path.is_dir() and not path.is_symlink() and not (path / "PG_VERSION").exists():
            yield from _below(path, leave_out)


def _shown(needles: Needles, path: Path) -> str:
    """The path, unless a part of it is what must not be told."""
    return "/".join("…" if needles.found_in(part.lower()) else part for part in path.parts)


def _in_file(needles: Needles, path: Path) -> set[tuple[int, str]]:
    with path.open("rb") as file:
        found = _in_bytes(needles, file)
        file.seek(0)
        first = file.read(8)
        is_mail = path.suffix == ".eml"
        if (is_mail or first.startswith((ZIP, GZIP, PDF))) and path.stat().st_size <= MOST_BYTES:
            file.seek(0)
            for text in texts_in(file.read(), is_mail=is_mail):
                found |= {(value, f"{form}, packed") for value, form in needles.found_in(text.lower())}
    plain = {value for value, form in found if not form.endswith(", packed")}
    return {(value, form) for value, form in found if value not in plain or not form.endswith(", packed")}


def _in_bytes(needles: Needles, file: IO[bytes]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    rest = b""
    while block := file.read(_CHUNK):
        raw = rest + block
        text = raw.decode(errors="replace")
        found |= set(needles.found_in(text.lower()))
        if "\ufffd" in text:  # not UTF-8: an older encoding, or nothing that can be read
            found |= set(needles.found_in(raw.decode("cp1252", "replace").lower()))
        if b"\x00" in raw:
            for start in (0, 1):
                found |= set(needles.found_in(raw[start:].decode("utf-16-le", "replace").lower()))
        if is_packed(text):
            for inside in unpacked(text):
                found |= {(value, f"{form}, packed") for value, form in needles.found_in(inside.lower())}
        rest = raw[-_OVERLAP:]
    return found
