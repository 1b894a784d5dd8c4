"""Make more or fewer places."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor

from ..changes import CannotChange, changed, checked
from ..models import Quota


@transaction.atomic
def resize_quota(*, quota: Quota, size: int, name: str | None = None, actor: Actor, now: datetime) -> Quota:
    """Set the size in one conditional update: never below what is held and sold at that very moment. Raises CannotChange."""
    before = quota.size
    quota.size, quota.name = size, (quota.name if name is None else name.strip())
    checked(quota, exclude_constraints=True)
    updated = (
        Quota.objects.filter(pk=quota.pk)
        .annotate(taken=F("held") + F("sold"))
        .filter(taken__lte=size)
        .update(size=size, name=quota.name)
    )
    quota.refresh_from_db()
    if not updated:
        raise CannotChange(
            errors={
                "size": [
                    _("%(sold)s are sold and %(held)s are in carts right now, so there must be at least %(least)s.")
                    % {
                        "sold": quota.sold,
                        "held": quota.held,
                        "least": quota.sold + quota.held,
                    }
                ]
            }
        )
    changed(event=quota.event, action="quota_resized", actor=actor, now=now, quota=quota.pk, before=before, size=size)
    return quota
