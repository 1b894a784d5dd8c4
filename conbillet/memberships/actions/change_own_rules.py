"""Change a version of an association's own rules by which nothing was counted yet."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..counting.rule_sets import RuleSet
from ..models import OwnRuleSet
from ..own_rules import BadRules, RulesUsed, checked, was_used


def change_own_rules(*, own: OwnRuleSet, rules: RuleSet, actor: Actor, now: datetime) -> OwnRuleSet:
    """Other rules in its place; the key stays. Raises BadRules, or RulesUsed when a year was counted by this version."""
    rules = checked(rules)
    try:
        with transaction.atomic():
            own = OwnRuleSet.objects.select_for_update(of=("self",)).get(pk=own.pk)
            if was_used(own):
                raise RulesUsed
            own.valid_from, own.rules = rules.valid_from, {**rules.as_data(), "key": own.key}
            own.save(update_fields=["valid_from", "rules"])
            audit.record(
                action="rules_changed", actor=actor, now=now, organization_id=own.organization_id,
                object_kind="rules", object_reference=own.key, version=rules.version,
            )  # fmt: skip
    except IntegrityError:
        raise BadRules("valid_from", _("There is a version from that day already.")) from None
    return own
