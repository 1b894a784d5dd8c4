"""Write down that a public authority asks for somebody's data, and send it to two others for approval."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.references import new_reference

from ..models import AuthorityCase, AuthoritySubject
from ..package_contents import categories_that_can_be_asked_for
from ..reach import guest, reached


@dataclass(frozen=True)
class Request:
    """What the authority wrote. `legal_ground` names the decision, for example a court's order (retsplejeloven § 804)
    with its number; days are Copenhagen days, and both may be open."""

    authority: str
    their_reference: str
    legal_ground: str
    text: str
    received_on: date
    categories: tuple[str, ...]
    from_date: date | None = None
    to_date: date | None = None
    silence_why: str = ""
    silence_until: date | None = None


@dataclass
class CannotOpen(Exception):
    """`errors` by field, for beside the field."""

    errors: dict[str, list[Any]] = field(default_factory=dict)


@transaction.atomic
def open_authority_case(*, request: Request, emails: Sequence[str], actor: Actor, now: datetime) -> AuthorityCase:
    """The case, waiting for approval. `emails` name the persons, with an account or without. Raises CannotOpen; then
    nothing is stored."""
    emails = sorted({email.strip().lower() for email in emails if email.strip()})
    errors = _errors(request, emails, actor)
    if errors:
        raise CannotOpen(errors)
    case = AuthorityCase.objects.create(
        reference=new_reference(),
        authority=request.authority,
        their_reference=request.their_reference,
        legal_ground=request.legal_ground,
        request=request.text,
        categories=",".join(sorted(request.categories)),
        from_date=request.from_date,
        to_date=request.to_date,
        silence_why=request.silence_why,
        silence_until=request.silence_until,
        state=AuthorityCase.State.WAITING,
        requested_by_id=actor.person_id,
        received_on=request.received_on,
        opened_at=now,
    )
    for email in emails:
        persons = guest(email).persons
        if persons:
            AuthoritySubject.objects.get_or_create(case=case, subject_id=next(iter(persons)))
        else:
            AuthoritySubject.objects.create(case=case, email=email)
    # Without a subject: the person's own history must not tell before the case allows it.
    audit.record(
        action="authority_case_opened",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=case.reference,
    )
    return case


def _errors(request: Request, emails: Sequence[str], actor: Actor) -> dict[str, list[Any]]:
    errors: dict[str, list[Any]] = {}
    if actor.kind is not ActorKind.STAFF or actor.person_id is None:
        errors["__all__"] = [_("Only the platform's staff can open such a case.")]
    if not request.authority.strip():
        errors["authority"] = [_("Say which authority asks.")]
    if not request.legal_ground.strip():
        errors["legal_ground"] = [
            _("Without a legal ground nothing is handed over. Name the court's order or the law.")
        ]
    if not request.categories:
        errors["categories"] = [_("Choose what the ground covers, and nothing more.")]
    elif set(request.categories) - set(categories_that_can_be_asked_for()):
        errors["categories"] = [_("Choose among what is listed.")]
    if request.from_date and request.to_date and request.from_date > request.to_date:
        errors["to_date"] = [_("The last day is before the first.")]
    unknown = [email for email in emails if not any(rows.exists() for _table, rows in reached(guest(email)))]
    if not emails:
        errors["emails"] = [_("Name at least one person.")]
    elif unknown:
        errors["emails"] = [_("We hold nothing about %(emails)s.") % {"emails": ", ".join(unknown)}]
    if bool(request.silence_why.strip()) != bool(request.silence_until):
        errors["silence_until"] = [_("To stay silent takes both a reason and a last day.")]
    return errors
