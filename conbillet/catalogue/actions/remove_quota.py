"""Take away a quota that nothing uses."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor

from ..changes import CannotChange, changed
from ..models import Quota
from ..usage import in_use


@transaction.atomic
def remove_quota(*, quota: Quota, actor: Actor, now: datetime) -> None:
    """Raises CannotChange while a product takes from it, or when places were ever taken."""
    quota = Quota.objects.select_for_update(of=("self",)).select_related("event").get(pk=quota.pk)
    if quota.product_quotas.exists() or quota.held or quota.sold or in_use(quota):
        raise CannotChange(_("This quota is in use."))
    event, pk = quota.event, quota.pk
    quota.delete()
    changed(event=event, action="quota_removed", actor=actor, now=now, quota=pk)
