"""Who has said yes to what, read from the ledger of consents. Newsletters ask here before each mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from .models import MarketingConsent
from .policy_texts import Clause, Version, current
from .queries import texts

Event, Purpose = MarketingConsent.Event, MarketingConsent.Purpose


class ConsentRefused(Exception):
    """The yes cannot be taken; the message says why and is fit for the visitor."""


def consent_text(*, on: date) -> Version:
    """What is said yes to, in the wording of that day."""
    return current(texts().consents, on)


def wording(*, version: Version, language: str, purpose: str, association: bool) -> Clause:
    """The sentence that somebody says yes to."""
    id = f"{purpose}.{'association' if association else 'conbillet'}"
    return next(clause for clause in version.texts["full", language].clauses if clause.id == id)


@dataclass(frozen=True)
class Standing:
    """How it stands between an address and a sender, for one purpose."""

    email: str
    organization_id: int | None
    purpose: str
    event: str
    at: datetime
    text_version: str
    reference: str

    @property
    def given(self) -> bool:
        return self.event == Event.GIVEN


def has_consented(*, email: str, organization_id: int | None, purpose: str = Purpose.NEWSLETTER) -> bool:
    """Whether the newest word of that address to that sender is a yes. Nothing said is a no."""
    newest = _of(email, organization_id, purpose).exclude(event=Event.ASKED).order_by("-id").first()
    return newest is not None and newest.event == Event.GIVEN


def consents_of(*, person_id: UUID | None, emails: Iterable[str]) -> list[Standing]:
    """The newest word to each sender, of a person and of addresses that are proven to be theirs."""
    mine = Q(email__in=[email.lower() for email in emails])
    if person_id:
        mine |= Q(person_id=person_id)
    rows = MarketingConsent.objects.filter(mine)
    newest: dict[tuple[str, int | None, str], MarketingConsent] = {}
    for row in rows.exclude(event=Event.ASKED).order_by("id"):
        newest[row.email, row.organization_id, row.purpose] = row
    return [
        Standing(row.email, row.organization_id, row.purpose, row.event, row.at, row.text_version, row.reference)
        for row in newest.values()
    ]


def _of(email: str, organization_id: int | None, purpose: str) -> QuerySet[MarketingConsent]:
    sender = Q(organization_id=organization_id) if organization_id else Q(organization__isnull=True)
    return MarketingConsent.objects.filter(sender, email=email.lower(), purpose=purpose)
