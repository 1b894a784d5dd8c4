"""The data-processing agreement as the office shows it: its text, and annexes made from the data map."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from conbillet.catalogue.markdown import render_markdown
from conbillet.consents.policy_texts import Version, current
from conbillet.consents.queries import texts
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.agreements import agreement_of
from conbillet.organizations.models import Organization


@dataclass(frozen=True)
class Part:
    anchor: str
    heading: str
    body: SafeString


def current_agreement(now: datetime) -> Version:
    """The agreement that applies today."""
    return current(texts().agreements, copenhagen_day(now))


def parts_of(version: Version, language: str) -> list[Part]:
    """The agreement's own sections, each with its anchor."""
    sections = version.texts["full", language].sections
    return [Part(f"s{number}", one.heading, render_markdown(one.markdown)) for number, one in enumerate(sections, 1)]


def agreement_is_missing(organization: Organization, now: datetime) -> bool:
    """Whether an owner is to be asked: nothing accepted, or an older version than today's."""
    accepted = agreement_of(organization)
    return accepted is None or accepted.version < current_agreement(now).name
