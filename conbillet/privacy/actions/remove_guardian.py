"""Somebody acts for a child no longer: taken back by the desk."""

from datetime import datetime
from functools import partial

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind

from ..insight.store import remove as remove_packages
from ..models import Guardianship, InsightPackage
from .record_guardian import CannotGuard


@transaction.atomic
def remove_guardian(*, guardianship: Guardianship, actor: Actor, now: datetime) -> None:
    """End it, and delete the packages that they asked for. Raises CannotGuard."""
    if actor.kind is not ActorKind.STAFF:
        raise CannotGuard
    audit.record(
        action="guardian_removed",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="guardianship",
        object_reference=str(guardianship.pk),
        subject=guardianship.child_id,
    )
    packages = InsightPackage.objects.filter(person=guardianship.child_id, asked_by=guardianship.guardian_id)
    transaction.on_commit(partial(remove_packages, list(packages.values_list("reference", flat=True))))
    packages.delete()
    guardianship.delete()
