"""Open somebody's case, and leave a trace of it."""

from datetime import datetime
from uuid import UUID

from conbillet.accounts.models import Account
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind

from ..models import Case


class NoSuchCase(Exception):
    """There is no case of that reference, or the actor is not staff."""


def look_up_case(*, reference: str, actor: Actor, now: datetime) -> Case:
    """The case, for staff only; the look-up is recorded, under the person whose account has that address if there is one.

    Raises NoSuchCase.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NoSuchCase
    case = Case.objects.select_related("organization", "event").filter(reference=reference).first()
    if case is None:
        raise NoSuchCase
    audit.record(
        action="looked_up_case",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=case.reference,
        subject=_account_of(case.email),
        purpose="use.services",
    )
    return case


def _account_of(email: str) -> UUID | None:
    return Account.objects.filter(email=email.lower()).values_list("person_id", flat=True).first() if email else None
