"""What changed between two versions of a text, clause by clause and word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from .policy_texts import Clause, Text


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Some words with what became of them."""

    change: Change
    text: str


@dataclass(frozen=True)
class ClauseChange:
    """A clause in both versions or in one; `paragraphs` are its words with their marks."""

    id: str
    heading: str
    change: str  # "same", "added", "removed", "changed"
    paragraphs: tuple[tuple[Piece, ...], ...]


_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_MARKS = re.compile(r"\*\*|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|`")
_TOKEN = re.compile(r"\n\n+|\n(?=- )|\S+")
BREAK = "\n"
LEAST_SAME = 3  # words


def words(markdown: str) -> list[str]:
    """The words of a text without its marks; a paragraph's end is a word of its own."""
    plain = _MARKS.sub("", _LINK.sub(r"\1", markdown.strip()))
    return [BREAK if token.startswith("\n") else token for token in _TOKEN.findall(plain)]


def compare(before: str, after: str) -> tuple[tuple[Piece, ...], ...]:
    """The words of both, in order, as paragraphs of pieces. Joining all but the removed ones gives the text after."""
    old, new = words(before), words(after)
    paragraphs: list[list[Piece]] = [[]]
    for same, (a, b, c, d) in _runs(old, new):
        if same:
            _add(paragraphs, Change.SAME, new[c:d])
            continue
        _add(paragraphs, Change.REMOVED, old[a:b])
        _add(paragraphs, Change.ADDED, new[c:d])
    return tuple(tuple(pieces) for pieces in paragraphs if pieces)


def _runs(old: list[str], new: list[str]) -> list[tuple[bool, tuple[int, int, int, int]]]:
    """Runs of words that stayed and that changed. A word or two between two changes is part of them: a sentence that was
    written anew is easier to read in one piece than around the small words that it happens to share."""
    found: list[tuple[bool, tuple[int, int, int, int]]] = []
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (tag, a, b, c, d) in enumerate(codes):
        between = 0 < place < len(codes) - 1
        same = tag == "equal" and not (between and d - c < LEAST_SAME and BREAK not in new[c:d])
        if found and not same and not found[-1][0]:
            _, (start_old, _, start_new, _) = found[-1]
            found[-1] = (False, (start_old, b, start_new, d))
        else:
            found.append((same, (a, b, c, d)))
    return found


def _add(paragraphs: list[list[Piece]], change: Change, tokens: list[str]) -> None:
    run: list[str] = []
    for token in [*tokens, ""]:
        if token not in (BREAK, ""):
            run.append(token)
            continue
        if run:
            paragraphs[-1].append(Piece(change, " ".join(run)))
            run = []
        if token == BREAK and paragraphs[-1]:
            paragraphs.append([])


def differences(before: Text, after: Text) -> list[ClauseChange]:
    """Every clause of either version, in the order of the newer one; clauses that went stand at the end."""
    old = {clause.id: clause for clause in _clauses(before)}
    new = {clause.id: clause for clause in _clauses(after)}
    found = []
    for id in [*new, *(id for id in old if id not in new)]:
        left, right = old.get(id), new.get(id)
        paragraphs = compare(left.markdown if left else "", right.markdown if right else "")
        whole = right or left
        assert whole is not None
        if left is None:
            change = "added"
        elif right is None:
            change = "removed"
        else:
            same = all(piece.change is Change.SAME for pieces in paragraphs for piece in pieces)
            change = "same" if same else "changed"
        found.append(ClauseChange(id, whole.heading, change, paragraphs))
    return found


def _clauses(text: Text) -> list[Clause]:
    """The clauses; a summary has none, so its sections stand in for them."""
    if text.clauses:
        return list(text.clauses)
    return [Clause(f"summary.{number}", one.heading, one.markdown) for number, one in enumerate(text.sections, 1)]
