"""The rule sets that an association can count by: those that come with the program, and its own."""

from ..models import OwnRuleSet
from .rule_sets import NoRuleSet, RuleSet, newest_of, shipped


def versions_of(organization_id: int) -> list[RuleSet]:
    """Every version of every set of the association's own, the oldest first. One query."""
    own = OwnRuleSet.objects.filter(organization_id=organization_id).order_by("key", "valid_from")
    return [RuleSet.from_data(rules) for rules in own.values_list("rules", flat=True)]


def rules_for(*, organization_id: int, key: str, year: int) -> RuleSet:
    """The version of a set by its key that is valid in that year. Raises NoRuleSet."""
    return newest_of([*shipped(), *versions_of(organization_id)], key, year=year)


def all_rules_for(*, organization_id: int, year: int) -> list[RuleSet]:
    """Every set that is valid in that year, those of the program first."""
    versions = [*shipped(), *versions_of(organization_id)]
    found = []
    for key in dict.fromkeys(one.key for one in versions):
        try:
            found.append(newest_of(versions, key, year=year))
        except NoRuleSet:
            continue
    return found
