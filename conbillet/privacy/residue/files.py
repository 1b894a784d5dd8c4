"""Every file below a folder: its name, its text, and what is packed inside (mails, archives, compressed logs)."""

import gzip
import zipfile
from collections.abc import Iterator
from email import message_from_binary_file, policy
from pathlib import Path
from typing import IO

from .forms import Hit, Needles

# The database's own files are read through the database; the browser is a program.
LEFT_OUT = {"postgres", "browser"}
_CHUNK = 1 << 20
_OVERLAP = 4096


def in_files(needles: Needles, folder: Path) -> Iterator[Hit]:
    """Every file that holds one of the values; `place` is the path below the folder."""
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if below.parts[0] in LEFT_OUT:
            continue
        found = {(value, f"in its name, {form}") for value, form in needles.found_in(path.name.lower())}
        if path.is_file() and not path.is_symlink():
            try:
                found |= _in_file(needles, path)
            except FileNotFoundError:  # it went while we were looking
                continue
        for value, form in sorted(found):
            yield Hit(f"file {_shown(needles, below)}", "", value, form)


def _shown(needles: Needles, path: Path) -> str:
    """The path, unless a part of it is what must not be told."""
    return "/".join("…" if needles.found_in(part.lower()) else part for part in path.parts)


def _in_file(needles: Needles, path: Path) -> set[tuple[int, str]]:
    with path.open("rb") as file:
        found = _in_bytes(needles, file)
    if path.suffix == ".eml":
        with path.open("rb") as file:
            message = message_from_binary_file(file, policy=policy.default)
        for part in message.walk():
            parts = [str(value) for value in part.values()]
            if not part.is_multipart():
                content = part.get_payload(decode=True)
                parts.append(content.decode(errors="replace") if isinstance(content, bytes) else "")
            found |= {hit for text in parts for hit in needles.found_in(text.lower())}
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                found |= set(needles.found_in(member.lower()))
                with archive.open(member) as inside:
                    found |= _in_bytes(needles, inside)
    elif path.suffix == ".gz":
        with gzip.open(path) as inside:
            found |= _in_bytes(needles, inside)
    return found


def _in_bytes(needles: Needles, file: IO[bytes] | gzip.GzipFile) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    rest = b""
    while block := file.read(_CHUNK):
        found |= set(needles.found_in((rest + block).decode(errors="replace").lower()))
        rest = (rest + block)[-_OVERLAP:]
    return found
