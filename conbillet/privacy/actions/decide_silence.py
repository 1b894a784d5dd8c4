"""Say yes or no to a longer silence. One yes, and not from whoever asked for it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import AuthorityCase, AuthoritySilence
from .decide_authority_case import AboutOneself, CannotDecide, NotAnOfficer, officer


class OwnWish(CannotDecide):
    message = _("Whoever asked for it cannot agree to it. Somebody else must.")


class TooLate(CannotDecide):
    message = _("Those whom it is about have been told already, or the day is over.")


@transaction.atomic
def decide_silence(*, silence: AuthoritySilence, agrees: bool, actor: Actor, now: datetime) -> AuthoritySilence:
    """With a yes the case has the new day and reason; with a no the old day holds. Raises a CannotDecide."""
    case = AuthorityCase.objects.select_for_update().get(pk=silence.case_id)
    locked = AuthoritySilence.objects.select_for_update().get(pk=silence.pk)
    if actor.person_id is None or locked.decided_at is not None:
        raise CannotDecide
    # Whoever asked and was erased since could be anybody: then nobody can be known to be somebody else.
    if agrees and (locked.asked_by_id is None or locked.asked_by_id == actor.person_id):
        raise OwnWish
    if case.subjects.filter(subject_id=actor.person_id).exists():
        raise AboutOneself
    if not officer(actor):
        raise NotAnOfficer
    if agrees and (case.told_at is not None or locked.silence_until <= copenhagen_day(now)):
        raise TooLate
    locked.agreed, locked.decided_by_id, locked.decided_at = agrees, actor.person_id, now
    locked.save(update_fields=["agreed", "decided_by", "decided_at"])
    if agrees:
        case.silence_why, case.silence_until = locked.silence_why, locked.silence_until
        case.save(update_fields=["silence_why", "silence_until"])
    audit.record(
        action="authority_silence_agreed" if agrees else "authority_silence_refused",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=case.reference,
    )
    return locked
