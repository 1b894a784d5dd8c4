"""A version of the policy as a page shows it: full and short text of each clause beside each other."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString

from conbillet.catalogue.markdown import render_markdown
from conbillet.consents.policy_texts import Text, Version


@dataclass(frozen=True)
class ShownClause:
    id: str
    heading: str
    full: SafeString
    short: SafeString


@dataclass(frozen=True)
class ShownSection:
    anchor: str
    heading: str
    intro: SafeString
    clauses: tuple[ShownClause, ...]


@dataclass(frozen=True)
class ShownPolicy:
    title: str
    intro: SafeString
    sections: tuple[ShownSection, ...]


@lru_cache(maxsize=32)
def _shown(full: Text, short: Text | None) -> ShownPolicy:
    beside = {clause.id: clause for clause in short.clauses} if short else {}
    sections = tuple(
        ShownSection(
            anchor=f"s{number}",
            heading=section.heading,
            intro=render_markdown(section.markdown),
            clauses=tuple(
                ShownClause(
                    id=clause.id,
                    heading=clause.heading,
                    full=render_markdown(clause.markdown),
                    short=render_markdown(beside[clause.id].markdown if clause.id in beside else ""),
                )
                for clause in section.clauses
            ),
        )
        for number, section in enumerate(full.sections, start=1)
    )
    return ShownPolicy(full.title, render_markdown(full.intro), sections)


def shown_policy(version: Version, language: str) -> ShownPolicy:
    """A version in one language; summaries and terms have one length only."""
    return _shown(version.texts["full", language], version.texts.get(("short", language)))
