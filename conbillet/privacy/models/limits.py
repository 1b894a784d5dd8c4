"""Restrictions (GDPR art. 18) and objections (art. 21)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.support.models import Case


class Limit(models.Model):
    """Of a person, or of the address of somebody without an account. What each means stands in `limits.py`."""

    class Kind(models.TextChoices):
        RESTRICTION = "restriction", _("Restriction of processing")
        OBJECTION = "objection", _("Objection to processing")

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="limits")
    email = models.EmailField(blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    purpose = models.CharField(max_length=40, blank=True)  # a purpose of the data map; empty: all
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=models.Q(until_at__isnull=True), name="privacy_live_limits")
        ]
