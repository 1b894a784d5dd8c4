"""The desk writes down that somebody acts for a child under 15 who has an account, after it has seen a proof of it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import age_on, copenhagen_day

from ..insight.children import GROWN_UP
from ..models import Guardianship


class CannotGuard(Exception):
    """`message` says why, fit for the page."""

    message = _("Only our staff write down who acts for a child, after they have seen a proof.")

    def __str__(self) -> str:
        return str(self.message)


class NotAChild(CannotGuard):
    message = _("This person is 15 or older, or we do not know their date of birth. They ask for themselves.")


class OwnGuardian(CannotGuard):
    message = _("Nobody is their own guardian.")


@transaction.atomic
def record_guardian(
    *, guardian: Person, child: Person, actor: Actor, now: datetime, born: date | None = None
) -> Guardianship:
    """From now on the guardian sees and fetches the child's data, until the child is 15. Once only. Raises CannotGuard.

    `born` is the day that the proof shows; it counts only where the child's profile says none.
    """
    if actor.kind is not ActorKind.STAFF:
        raise CannotGuard
    if guardian == child:
        raise OwnGuardian
    birthday = child.birth_date or born
    if birthday is None or age_on(birthday, copenhagen_day(now)) >= GROWN_UP:
        raise NotAChild
    found, is_new = Guardianship.objects.get_or_create(
        guardian=guardian, child=child, defaults={"basis": "case", "since_at": now}
    )
    if is_new:
        audit.record(
            action="guardian_recorded",
            actor=actor,
            now=now,
            organization_id=None,
            object_kind="guardianship",
            object_reference=str(found.pk),
            subject=child.pk,
        )
    return found
