"""Which version of the policy and of the terms applies, and what a browser answered about cookies."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from .models import ConsentReceipt
from .policy_texts import Library, Version, current, library

ALL, NECESSARY = "all", "necessary"


def texts() -> Library:
    """The installation's texts, read once."""
    return library(settings.CONBILLET_POLICY)


def current_policy(*, on: date) -> Version:
    return current(texts().policies, on)


def current_terms(*, on: date) -> Version:
    return current(texts().terms, on)


def current_policy_version(*, on: date) -> str:
    """The name of the policy that applies on a Copenhagen day, as an `Acceptance` stores it."""
    return current_policy(on=on).name


def current_terms_version(*, on: date) -> str:
    """The name of the terms of sale that apply on a Copenhagen day, as an `Acceptance` stores it."""
    return current_terms(on=on).name


@dataclass(frozen=True)
class Answer:
    """What a browser answered about cookies."""

    reference: str
    choices: str
    policy_version: str
    given_at: datetime

    @property
    def allows_all(self) -> bool:
        return self.choices == ALL


def answer_of(*, reference: str) -> Answer | None:
    """The newest answer under a reference; None when there is none, or it was withdrawn."""
    if not reference or len(reference) > 32:
        return None
    row = ConsentReceipt.objects.filter(reference=reference).order_by("-id").first()
    if row is None or row.method == "withdrawal":
        return None
    return Answer(row.reference, row.choices, row.policy_version, row.given_at)
