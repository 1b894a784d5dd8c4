"""The desk writes down that somebody acts for a child under 15 who has an account, after it has seen a proof of it."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import age_on, copenhagen_day

from ..insight.children import GROWN_UP
from ..insight.store import remove as remove_packages
from ..models import Guardianship, InsightPackage


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
def record_guardian(*, guardian: Person, child: Person, actor: Actor, now: datetime) -> Guardianship:
    """From now on the guardian sees and fetches the child's data, until the child is 15. Once only. Raises CannotGuard."""
    if actor.kind is not ActorKind.STAFF:
        raise CannotGuard
    if guardian == child:
        raise OwnGuardian
    if child.birth_date is None or age_on(child.birth_date, copenhagen_day(now)) >= GROWN_UP:
        raise NotAChild
    found, is_new = Guardianship.objects.get_or_create(
        guardian=guardian, child=child, defaults={"basis": "case", "since_at": now}
    )
    if is_new:
        _record("guardian_recorded", found, actor, now)
    return found


@transaction.atomic
def remove_guardian(*, guardianship: Guardianship, actor: Actor, now: datetime) -> None:
    """They act for the child no longer; packages that they asked for go with it. Raises CannotGuard."""
    if actor.kind is not ActorKind.STAFF:
        raise CannotGuard
    _record("guardian_removed", guardianship, actor, now)
    packages = InsightPackage.objects.filter(person=guardianship.child_id, asked_by=guardianship.guardian_id)
    transaction.on_commit(partial(remove_packages, list(packages.values_list("reference", flat=True))))
    packages.delete()
    guardianship.delete()


def _record(action: str, guardianship: Guardianship, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="guardianship",
        object_reference=str(guardianship.pk),
        subject=guardianship.child_id,
    )
