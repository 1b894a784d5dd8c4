"""The policy and the terms of sale as files: read once, cut into clauses, chained by hashes.

`policy/<date>/{full,short}.{da,en}.md` with `dates.toml`; clauses are headings with an id, `### Name {#collect.name}`.
A version from before this program has `archive_only` and a `summary.{da,en}.md`, and, when the operator puts it there,
`original.{da,en}.md`. `policy/{terms,agreement,consent}/<date>.{da,en}.md` are the terms of sale, the data-processing
agreement and what somebody says yes to; `policy/pending.txt`; `policy/published.txt` holds the hashes; `policy/maps.txt`
the hashes of the data map that a version was written from.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from .processors import DOCUMENT as PROCESSORS
from .processors import ProcessorList, read_lists

LANGUAGES = ("da", "en")
LENGTHS = ("full", "short")
POLICY, TERMS, AGREEMENT, CONSENT = "policy", "terms", "agreement", "consent"
_HEADING = re.compile(r"^(#{1,3}) (.+?)(?: \{#([a-z._]+)\})?$")


class BadPolicy(Exception):
    """The files of the policy cannot be read as one."""


@dataclass(frozen=True)
class Clause:
    id: str
    heading: str
    markdown: str


@dataclass(frozen=True)
class Section:
    heading: str
    markdown: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Text:
    title: str
    intro: str
    sections: tuple[Section, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(clause for section in self.sections for clause in section.clauses)

    @property
    def ids(self) -> list[str]:
        return [clause.id for clause in self.clauses]


@dataclass(frozen=True)
class Version:
    """One version of a document. `texts` is by (length, language); terms and summaries have the length "full"."""

    document: str
    updated_on: date
    effective_on: date
    texts: dict[tuple[str, str], Text]
    originals: dict[str, str]
    text_hash: str
    previous_hash: str
    archive_only: bool = False
    at_once_because: str = ""
    draft: bool = False

    @property
    def name(self) -> str:
        return self.updated_on.isoformat()


@dataclass(frozen=True)
class Library:
    """Everything in the folder, oldest version first."""

    policies: tuple[Version, ...]
    terms: tuple[Version, ...]
    pending: dict[str, str]
    published: dict[tuple[str, str], str]
    agreements: tuple[Version, ...] = ()
    consents: tuple[Version, ...] = ()
    maps: tuple[tuple[str, str, str], ...] = ()  # (version, hash of the data map, why)
    processors: tuple[ProcessorList, ...] = ()
    draft: Version | None = None  # the next policy, being written: checked, but not shown and not published

    @property
    def all(self) -> tuple[Version, ...]:
        return (*self.policies, *self.terms, *self.agreements, *self.consents)


def current(versions: Iterable[Version], on: date) -> Version:
    """The version that applies on a day. Before the first one of this program applies, that one is shown all the same."""
    ours = [version for version in versions if not version.archive_only]
    if not ours:
        raise BadPolicy("there is no version of the program's own")
    return next((version for version in reversed(ours) if version.effective_on <= on), ours[0])


def coming(versions: Iterable[Version], on: date) -> Version | None:
    """A version that has been published and does not apply yet."""
    now = current(versions, on)
    return next((version for version in versions if version.effective_on > max(on, now.effective_on)), None)


@cache
def library(folder: Path) -> Library:
    """Read the whole folder. Raises BadPolicy. Kept for the life of the process: texts change with a release."""
    policies = _chained(_read_version(path, previous) for path, previous in _folders(folder))
    return Library(
        policies=_chained(version for version in policies if not version.draft),
        draft=next((version for version in policies if version.draft), None),
        terms=_chained(_dated(folder, TERMS)),
        agreements=_chained(_dated(folder, AGREEMENT)),
        consents=_chained(_dated(folder, CONSENT)),
        pending=_pending(folder / "pending.txt"),
        published=_published(folder / "published.txt"),
        maps=_maps(folder / "maps.txt"),
        processors=read_lists(folder / PROCESSORS),
    )


def parse(markdown: str, *, where: str) -> Text:
    """Cut a Markdown file into title, sections (second level) and clauses (third level, each with an id)."""
    title, parts = "", []
    body: list[str] = []
    for line in markdown.splitlines():
        found = _HEADING.match(line)
        if found is None:
            body.append(line)
            continue
        level, heading, id = len(found[1]), found[2], found[3] or ""
        if level == 3 and not id:
            raise BadPolicy(f"{where}: the clause {heading!r} has no id")
        body = []
        if level == 1:
            title = heading
        parts.append((level, heading, id, body))
    if not title:
        raise BadPolicy(f"{where}: there is no title")
    intro = ""
    sections: list[tuple[str, str, list[Clause]]] = []
    for level, heading, id, lines in parts:
        text = "\n".join(lines).strip()
        if level == 1:
            intro = text
        elif level == 2:
            sections.append((heading, text, []))
        elif not sections:
            raise BadPolicy(f"{where}: the clause {id} stands in no section")
        else:
            sections[-1][2].append(Clause(id, heading, text))
    return Text(title, intro, tuple(Section(heading, text, tuple(found)) for heading, text, found in sections))


def _folders(folder: Path) -> Iterable[tuple[Path, str]]:
    previous = ""
    for path in sorted(folder.glob("????-??-??")):
        yield path, previous
        previous = _hash(previous, _signed(path))


def _signed(path: Path) -> list[Path]:
    """The files of a version that its hash covers: all but an original that an operator put beside a summary."""
    return sorted(file for file in path.iterdir() if not file.name.startswith("original."))


def _read_version(path: Path, previous: str) -> Version:
    dates = tomllib.loads((path / "dates.toml").read_text())
    archive = bool(dates.get("archive_only", False))
    wanted = {("full", language): f"summary.{language}.md" for language in LANGUAGES}
    if not archive:
        wanted = {(length, language): f"{length}.{language}.md" for length in LENGTHS for language in LANGUAGES}
    try:
        texts = {key: parse((path / name).read_text(), where=f"{path.name}/{name}") for key, name in wanted.items()}
        updated_on, effective_on = dates["updated_on"], dates["effective_on"]
    except (FileNotFoundError, KeyError) as missing:
        raise BadPolicy(f"{path.name} is not complete: {missing}") from None
    if updated_on.isoformat() != path.name:
        raise BadPolicy(f"{path.name} says that it was updated on {updated_on}")
    originals = {
        language: (path / f"original.{language}.md").read_text()
        for language in LANGUAGES
        if (path / f"original.{language}.md").exists()
    }
    because = dates.get("at_once_because", "")
    signed = _hash(previous, _signed(path))
    draft = bool(dates.get("draft", False))
    return Version(POLICY, updated_on, effective_on, texts, originals, signed, previous, archive, because, draft)


def _dated(root: Path, document: str) -> Iterable[Version]:
    """The versions of a document that has one length and applies from the day in its name."""
    folder, previous = root / document, ""
    for path in sorted(folder.glob("????-??-??.da.md")):
        day = date.fromisoformat(path.name[:10])
        files = [folder / f"{day}.{language}.md" for language in LANGUAGES]
        texts = {("full", file.name[11:13]): parse(file.read_text(), where=file.name) for file in files}
        signed = _hash(previous, files)
        yield Version(document, day, day, texts, {}, signed, previous)
        previous = signed


def _chained(versions: Iterable[Version]) -> tuple[Version, ...]:
    found = tuple(versions)
    if not found:
        raise BadPolicy("there is no version at all")
    return found


def _hash(previous: str, files: Iterable[Path]) -> str:
    """SHA-256 over the hash before and over name and content of every file."""
    digest = sha256(previous.encode())
    for file in files:
        digest.update(f"\n{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _pending(path: Path) -> dict[str, str]:
    lines = [line.split(None, 1) for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {parts[0]: parts[1] if len(parts) > 1 else "" for parts in lines}


def _published(path: Path) -> dict[tuple[str, str], str]:
    lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {(document, name): text_hash for document, name, text_hash in lines}


def _maps(path: Path) -> tuple[tuple[str, str, str], ...]:
    lines = [line.split(None, 2) for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return tuple((parts[0], parts[1], parts[2] if len(parts) > 2 else "") for parts in lines)
