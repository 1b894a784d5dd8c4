"""Take away a version of an association's own rules by which nothing was counted yet."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import OwnRuleSet
from ..own_rules import RulesUsed, was_used


@transaction.atomic
def remove_own_rules(*, own: OwnRuleSet, actor: Actor, now: datetime) -> None:
    """Raises RulesUsed when a year was counted by it: what was handed in must stay explicable."""
    own = OwnRuleSet.objects.select_for_update(of=("self",)).get(pk=own.pk)
    if was_used(own):
        raise RulesUsed
    own.delete()
    audit.record(
        action="rules_removed", actor=actor, now=now, organization_id=own.organization_id,
        object_kind="rules", object_reference=own.key, version=f"{own.key}/{own.valid_from.isoformat()}",
    )  # fmt: skip
