"""An association's own sets of counting rules, beside those that come with the program."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.core.tenancy import TenantModel


class OwnRuleSet(TenantModel):
    """One version of a set of rules. Once a year was counted by it, it is never changed: a new version is another row."""

    key = models.CharField(max_length=40)  # names the set in all its versions, in addresses and on the command line
    valid_from = models.DateField(_("valid from"))
    rules = models.JSONField()  # `RuleSet.as_data`
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key", "valid_from"], name="memberships_own_rules_version")
        ]
