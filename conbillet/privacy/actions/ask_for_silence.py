"""Ask that those whom a case names are told later: a reason, a last day, and somebody else who must agree."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..authority_contacts import OPEN
from ..models import AuthorityCase, AuthoritySilence
from .decide_authority_case import officer

# Silence is the exception: whoever still needs it says so again, with a reason that holds then.
LONGEST = timedelta(days=184)


class CannotAsk(Exception):
    """`field` is the field of the form that it belongs to; empty for none."""

    def __init__(self, message: object, field: str = "") -> None:
        super().__init__(str(message))
        self.message, self.field = message, field


@transaction.atomic
def ask_for_silence(*, case: AuthorityCase, why: str, until: date, actor: Actor, now: datetime) -> AuthoritySilence:
    """The wish, waiting for another officer's yes; until then the day that holds stays. Raises CannotAsk."""
    locked = AuthorityCase.objects.select_for_update().get(pk=case.pk)
    if not officer(actor) or locked.state not in OPEN or locked.told_at is not None:
        raise CannotAsk(_("Those whom it is about have been told, or there is nothing to tell them."))
    if locked.subjects.filter(subject_id=actor.person_id).exists():
        raise CannotAsk(_("The request names you, so others must decide."))
    if locked.silences.filter(decided_at=None).exists():
        raise CannotAsk(_("An extension waits for an answer already."))
    if not why.strip():
        raise CannotAsk(_("Say why they must not be told yet."), "silence_why")
    today = copenhagen_day(now)
    if until <= today or (locked.silence_until is not None and until <= locked.silence_until):
        raise CannotAsk(_("Choose a day after the one that holds now."), "silence_until")
    if until > today + LONGEST:
        raise CannotAsk(_("At most six months from today. Then ask again, if the reason still holds."), "silence_until")
    silence = AuthoritySilence.objects.create(
        case=locked, silence_why=why.strip(), silence_until=until, asked_by_id=actor.person_id, asked_at=now
    )
    # Without a subject: the person's own history must not tell before the case allows it.
    audit.record(
        action="authority_silence_asked",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=locked.reference,
    )
    return silence
