"""Limit the use of somebody's data, or follow their objection, because they asked for it in a case."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Account
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.support.models import Case

from ..limits import OBJECTIONS, live_limits
from ..models import Limit


class CannotLimit(Exception):
    message = _("It has to be shown first who asks.")

    def __str__(self) -> str:
        return str(self.message)


class NothingToObjectTo(CannotLimit):
    message = _("Only news and statistics rest on our own interest. Anything else can be limited, but not objected to.")


@transaction.atomic
def set_limit(*, case: Case, kind: str, purpose: str, actor: Actor, now: datetime) -> Limit:
    """The limit, in force from now on; the one that is there when it is there already. Raises CannotLimit."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if actor.kind is not ActorKind.STAFF or not locked.is_proven or not locked.email:
        raise CannotLimit
    if kind not in Limit.Kind.values or (kind == Limit.Kind.OBJECTION and purpose not in OBJECTIONS):
        raise NothingToObjectTo
    purpose = purpose if kind == Limit.Kind.OBJECTION else ""
    account = Account.objects.filter(email=locked.email.lower()).first()
    person = account.person_id if account else None
    email = "" if account else locked.email.lower()
    mine = live_limits(now=now).filter(kind=kind, purpose=purpose, email=email, until_at=None)
    same = (mine.filter(person=person) if person else mine.filter(person=None)).first()
    if same is not None:
        return same
    limit = Limit.objects.create(person_id=person, email=email, case=locked, kind=kind, purpose=purpose, from_at=now)
    audit.record(
        action="limit_set",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=locked.reference,
        subject=person,
        kind=kind,
        purpose=purpose,
    )
    return limit
