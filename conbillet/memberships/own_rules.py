"""What an association's own set of rules may say, and whether a version was used."""

import re
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from conbillet.core.people import PayerRelation
from conbillet.core.postcodes import municipality_name

from .counting.rule_sets import RuleSet, keys
from .models import MemberDocumentation, OwnRuleSet

LONGEST_KEY = 40
OLDEST = 120
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadRules(Exception):
    """`field` is what is wrong, `message` says why, fit for whoever sets the rules up."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(field)
        self.field, self.message = field, message


class RulesUsed(BadRules):
    """A year was counted by this version."""

    def __init__(self) -> None:
        super().__init__(
            "valid_from", _("A year was counted by this version. Make a new one that is valid from another day.")
        )


def key_of(name: str, *, taken: set[str]) -> str:
    """A key made of the name, that nobody has; short enough for the command line."""
    text = name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    stem = slugify(text)[: LONGEST_KEY - 4].strip("-") or "rules"
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(one for one in candidates if one not in taken and one not in keys())


def checked(rules: RuleSet) -> RuleSet:
    """The rules, tidied. Raises BadRules."""
    if not _KEY.fullmatch(rules.key) or len(rules.key) > LONGEST_KEY or rules.key in keys():
        raise BadRules("name_da", _("Choose another name."))
    if not rules.name_da.strip():
        raise BadRules("name_da", _("The rules need a name."))
    if not rules.source_da.strip():
        raise BadRules("source_da", _("Write where the rules come from: an auditor asks for it."))
    for name in ("youngest", "oldest"):
        age = getattr(rules, name)
        if age is not None and not 0 <= age <= OLDEST:
            raise BadRules(name, _("An age is between 0 and 120."))
    if rules.youngest is not None and rules.oldest is not None and rules.oldest < rules.youngest:
        raise BadRules("oldest", _("Nobody is both that young and that old."))
    if rules.least_dues < 0 or rules.least_dues % 100:
        raise BadRules("least_dues", _("Write whole kroner."))
    if not 0 <= rules.months <= 12:
        raise BadRules("months", _("A year has twelve months."))
    if not rules.payers <= set(PayerRelation.values):
        raise BadRules("payers", _("Choose who may pay."))
    if any(municipality_name(code) is None for code in rules.municipalities):
        raise BadRules("municipalities", _("There is no municipality with that number."))
    stripped = {name: getattr(rules, name).strip() for name in ("name_da", "name_en", "source_da", "source_en")}
    return replace(rules, **stripped)


def was_used(own: OwnRuleSet) -> bool:
    """Whether a year was counted and kept by this version."""
    version = f"{own.key}/{own.valid_from.isoformat()}"
    return MemberDocumentation.objects.filter(organization_id=own.organization_id, rules_version=version).exists()
