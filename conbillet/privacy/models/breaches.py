"""Breaches of personal data security (GDPR art. 33 and 34): the record, and whom it concerns."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Breach(models.Model):
    """What happened; `report_by_at` is 72 hours after it was discovered."""

    class Risk(models.TextChoices):
        UNKNOWN = "unknown", _("Not known yet")
        UNLIKELY = "unlikely", _("A risk is unlikely")
        RISK = "risk", _("A risk: report to the authority")
        HIGH = "high", _("A high risk: tell the persons too")

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    discovered_at = models.DateTimeField()
    report_by_at = models.DateTimeField()
    happened = models.TextField(blank=True)
    consequences = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    risk = models.CharField(max_length=10, choices=Risk.choices, default=Risk.UNKNOWN)
    reported_at = models.DateTimeField(null=True)
    not_reported_why = models.TextField(blank=True)
    persons_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)


class BreachSubject(models.Model):
    """A person whose data the breach concerns."""

    breach = models.ForeignKey(Breach, models.CASCADE, related_name="subjects")
    subject_id = models.UUIDField(db_index=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["breach", "subject_id"], name="privacy_breach_subject_once")]
