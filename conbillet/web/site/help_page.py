"""What the help page shows: questions and answers, events to choose from, associations to write to."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString

from conbillet.catalogue.markdown import render_markdown
from conbillet.catalogue.models import Event
from conbillet.consents.policy_texts import parse
from conbillet.organizations.models import Organization

TEXTS = Path(__file__).resolve().parent / "texts"
# So long after an event people still ask about it.
AFTERWARDS = timedelta(days=120)
MOST = 200


@dataclass(frozen=True)
class Question:
    id: str
    heading: str
    answer: SafeString


@dataclass(frozen=True)
class Topic:
    heading: str
    questions: tuple[Question, ...]


@cache
def topics(language: str) -> tuple[Topic, ...]:
    """The questions of `texts/help.<language>.md`, rendered once a process."""
    text = parse((TEXTS / f"help.{language}.md").read_text(), where=f"help.{language}.md")
    return tuple(
        Topic(
            section.heading,
            tuple(Question(one.id, one.heading, render_markdown(one.markdown)) for one in section.clauses),
        )
        for section in text.sections
    )


def askable_events(*, today: date) -> list[Event]:
    """Events of now and of the last months, drafts left out."""
    found = Event.objects.select_related("organization").exclude(state=Event.State.DRAFT)
    return list(found.filter(ends_on__gte=today - AFTERWARDS).order_by("starts_on", "name", "id")[:MOST])


def associations_of(events: list[Event]) -> list[Organization]:
    """The associations behind some events, by name."""
    found = {event.organization_id: event.organization for event in events}
    return sorted(found.values(), key=lambda organization: organization.name.casefold())
