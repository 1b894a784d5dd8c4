"""Set up an association's own counting rules, or a new version of them."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..counting.rule_sets import RuleSet
from ..models import OwnRuleSet
from ..own_rules import BadRules, checked


def add_own_rules(*, organization: Organization, rules: RuleSet, actor: Actor, now: datetime) -> OwnRuleSet:
    """A version that is valid from its day on, beside the older ones of its key. Raises BadRules."""
    rules = checked(rules)
    try:
        with transaction.atomic():
            made = OwnRuleSet.objects.create(
                organization=organization,
                key=rules.key,
                valid_from=rules.valid_from,
                rules=rules.as_data(),
                made_at=now,
            )
            audit.record(
                action="rules_added", actor=actor, now=now, organization_id=organization.pk,
                object_kind="rules", object_reference=rules.key, version=rules.version,
            )  # fmt: skip
    except IntegrityError:
        raise BadRules("valid_from", _("There is a version from that day already.")) from None
    return made
