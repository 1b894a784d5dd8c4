"""Write down that it was shown who asks in a case: by a code that only the address's owner gets, or by our own check."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import age_on, copenhagen_day

from ..models import Case

OF_AGE = 15  # from then on children ask themselves (databeskyttelsesloven § 6)


class CannotVouch(Exception):
    """`field` and `message` say what is missing, for beside the field."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__(str(message))
        self.field, self.message = field, message


@transaction.atomic
def show_identity(*, case: Case, email: str, for_child: bool, actor: Actor, now: datetime) -> Case:
    """By a code to `email`, the address that the data is under; it was typed a moment ago. Answers go where they went."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    _move(locked, email)
    locked.identity, locked.identity_at, locked.for_child = Case.Identity.CODE, now, for_child
    locked.code_reference, locked.code_sent_at = "", None
    _save(locked)
    _record("case_identity_shown", locked, actor, now)
    return locked


@transaction.atomic
def vouch_for(
    *, case: Case, email: str, how: str, for_child: bool, child_born: date | None, actor: Actor, now: datetime
) -> Case:
    """By a member of staff, for somebody who cannot reach the address, or who asks for a child. `how` says what was
    looked at: whoever reads it later must be able to judge it. The child's date of birth is checked and not kept.

    Raises CannotVouch.
    """
    if actor.kind is not ActorKind.STAFF or actor.person_id is None:
        raise CannotVouch("how", _("Only the platform's staff can vouch for somebody."))
    if len(how.split()) < 4:
        raise CannotVouch(
            "how", _("Write what you looked at, so that others can judge it later. No numbers of papers.")
        )
    if not email:
        raise CannotVouch("email", _("Say which address the data is under."))
    if for_child and child_born is None:
        raise CannotVouch("child_born", _("Say when the child was born."))
    if for_child and child_born is not None:
        if child_born > copenhagen_day(now):
            raise CannotVouch("child_born", _("This day is yet to come."))
        if age_on(child_born, copenhagen_day(now)) >= OF_AGE:
            raise CannotVouch("child_born", _("From fifteen years on, children ask themselves."))
    locked = Case.objects.select_for_update().get(pk=case.pk)
    _move(locked, email)
    locked.identity, locked.identity_at, locked.for_child = Case.Identity.STAFF, now, for_child
    locked.identity_how, locked.identity_by_id = how, actor.person_id
    _save(locked)
    _record("case_identity_checked", locked, actor, now)
    return locked


def _move(case: Case, email: str) -> None:
    """The data is under `email`; answers keep going to where the person wrote from."""
    before, email = case.answer_to, email.strip().lower()
    case.email, case.contact_email = email, "" if before.lower() == email else before


def _save(case: Case) -> None:
    case.save(
        update_fields=[
            "email", "contact_email", "identity", "identity_at", "identity_by", "identity_how", "for_child",
            "code_reference", "code_sent_at",
        ]
    )  # fmt: skip


def _record(action: str, case: Case, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=case.reference,
    )
