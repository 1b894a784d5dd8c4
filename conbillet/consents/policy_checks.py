"""Checks that text and code say the same. Each is a function to a list of complaints, so that tests can plant a fault."""

from datetime import timedelta

from conbillet.core.data_map import DataMap

from .map_hash import map_hash
from .policy_texts import Library, Text, Version
from .processors import complaints_about
from .promises import ALSO, PROMISES
from .proofs import unproven

NOTICE = timedelta(days=7)
# What a clause says, in either language, when its feature is not there yet.
LATER = {"da": "kommer senere:*", "en": "comes later:*"}
# Clauses that no column and no cookie can prove.
WITHOUT_COLUMNS = {"collect.when"}


def newest(library: Library) -> Version:
    """The version that the code is compared with: the draft, when one is being written."""
    return library.draft or library.policies[-1]


def _written(library: Library) -> list[Version]:
    return [*library.policies, *([library.draft] if library.draft else [])]


def same_clauses(library: Library) -> list[str]:
    """Full and short, Danish and English have the same clauses in the same order, each once."""
    found = []
    for version in _written(library):
        if version.archive_only:
            continue
        texts = list(version.texts.items())
        first = texts[0][1].ids
        if len(set(first)) != len(first):
            found.append(f"{version.name}: a clause stands twice")
        for (length, language), text in texts[1:]:
            if text.ids != first:
                found.append(f"{version.name}: {length}.{language} has other clauses than the first text")
    for version in (*library.terms, *library.agreements, *library.consents):
        shapes = {(len(text.sections), tuple(text.ids)) for text in version.texts.values()}
        if len(shapes) != 1:
            found.append(f"{version.document} {version.name}: the languages have different sections")
    return found


def every_promise_is_told(library: Library) -> list[str]:
    """Each promise has its clause, and there is no clause of an unknown id."""
    ids = set(_any_text(newest(library)).ids)
    found = [f"{id} is promised, but the policy does not tell it" for id in PROMISES if id not in ids]
    return found + [f"{id} is no promise of ours" for id in sorted(ids - set(PROMISES)) if not id.startswith(ALSO)]


def pending_is_said(library: Library) -> list[str]:
    """A clause says that it comes later exactly when its id is in the pending list."""
    found = [f"{id} is pending without a reason" for id, why in library.pending.items() if not why]
    version = newest(library)
    for (length, language), text in version.texts.items():
        for clause in text.clauses:
            says = LATER[language] in clause.markdown.lower()
            if says and clause.id not in library.pending:
                found.append(f"{length}.{language}: {clause.id} says that it comes later, but is not pending")
            if not says and clause.id in library.pending:
                found.append(f"{length}.{language}: {clause.id} is pending, but does not say so")
    known = set(_any_text(version).ids)
    return found + [f"{id} is pending, but is no clause" for id in sorted(set(library.pending) - known)]


def over_claims(library: Library, map_: DataMap) -> list[str]:
    """What the text says we collect or set, there is; what is still to come, there is not."""
    real = _clauses_of(map_)
    found = []
    for id in _any_text(newest(library)).ids:
        if not id.startswith(("collect.", "cookie.")) or id in WITHOUT_COLUMNS:
            continue
        if id in library.pending and id in real:
            found.append(f"{id} is pending, but the data map has it")
        if id not in library.pending and id not in real:
            found.append(f"{id}: the policy claims it, but the data map has nothing of the kind")
    return found


def under_claims(library: Library, map_: DataMap) -> list[str]:
    """What there is, the text says."""
    told = set(_any_text(newest(library)).ids)
    return [f"{id}: the data map has it, but the policy does not tell it" for id in sorted(_clauses_of(map_) - told)]


def dates_are_kept(library: Library) -> list[str]:
    """Versions follow each other, and are announced before they apply."""
    found = []
    for versions in (_written(library), library.terms, library.agreements, library.consents):
        for before, after in zip(versions, versions[1:], strict=False):
            if after.effective_on <= before.effective_on:
                found.append(f"{after.name} applies before {before.name}")
    for version in _written(library):
        if version.effective_on - version.updated_on < NOTICE and not version.at_once_because:
            found.append(f"{version.name} applies less than {NOTICE.days} days after it was shown, without a reason")
    return found


def published_is_unchanged(library: Library) -> list[str]:
    """The texts are those whose hashes were written down when they were published."""
    found = []
    for version in library.all:
        written = library.published.get((version.document, version.name))
        line = f"{version.document} {version.name} {version.text_hash}"
        if written is None:
            found.append(f"not in published.txt yet; when it is final, add: {line}")
        elif written != version.text_hash:
            found.append(f"published, and edited since; make a new version instead: {line}")
    return found


def predicates_hold(library: Library, map_: DataMap) -> list[str]:
    """What each clause claims is true of the map."""
    return unproven(library, map_, _any_text(newest(library)).ids)


def map_is_the_one(library: Library, map_: DataMap) -> list[str]:
    """The newest version was written from the map as it is, or somebody wrote down why it is true of it as well."""
    version, now = newest(library), map_hash(map_)
    if version.draft:
        return []
    known = [one for one in library.maps if one[0] == version.name]
    found = [f"maps.txt: {name} has a line without a reason" for name, _, why in known if not why]
    if now not in {digest for _, digest, _ in known}:
        found.append(
            "the data map changed in what the policy tells about. Make a new version, or if the text is true all the "
            f"same, say why in maps.txt: {version.name} {now} <why>"
        )
    return found


def complaints(library: Library, map_: DataMap) -> list[str]:
    """Everything that is wrong between the texts and the code."""
    return [
        *same_clauses(library),
        *every_promise_is_told(library),
        *pending_is_said(library),
        *over_claims(library, map_),
        *under_claims(library, map_),
        *predicates_hold(library, map_),
        *map_is_the_one(library, map_),
        *dates_are_kept(library),
        *published_is_unchanged(library),
        *complaints_about(library.processors, library.published, map_),
    ]


def _any_text(version: Version) -> Text:
    return version.texts["full", "da"]


def _clauses_of(map_: DataMap) -> set[str]:
    columns = {column.clause for table in map_.tables.values() for column in table.columns.values() if column.clause}
    for column in (column for table in map_.tables.values() for column in table.columns.values()):
        columns |= set(column.purposes)
    cookies = {cookie.clause for cookie in map_.cookies.values()}
    processors = {processor.clause for processor in map_.processors.values()}
    return columns | cookies | processors
