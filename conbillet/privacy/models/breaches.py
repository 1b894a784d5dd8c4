"""Breaches of personal data security (GDPR art. 33 and 34): the record, and whom it concerns."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person


class Breach(models.Model):
    """What happened; `report_by_at` is 72 hours after it was discovered. The texts are about systems and say no names."""

    class Risk(models.TextChoices):
        UNKNOWN = "unknown", _("Not known yet")
        UNLIKELY = "unlikely", _("A risk is unlikely")
        RISK = "risk", _("A risk: report to the authority")
        HIGH = "high", _("A high risk: tell the persons too")

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    discovered_at = models.DateTimeField()
    report_by_at = models.DateTimeField()
    noticed_by = models.CharField(max_length=200, blank=True)  # in what role; no names
    written_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    happened = models.TextField(blank=True)
    data_kinds = models.TextField(blank=True)
    about_people = models.PositiveIntegerField(null=True)  # roughly, before the list is there
    consequences = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    risk = models.CharField(max_length=10, choices=Risk.choices, default=Risk.UNKNOWN)
    reported_at = models.DateTimeField(null=True)
    report_number = models.CharField(max_length=80, blank=True)  # the authority's
    late_why = models.TextField(blank=True)
    not_reported_why = models.TextField(blank=True)
    told_da = models.TextField(blank=True)  # what the persons are told, in both languages
    told_en = models.TextField(blank=True)
    telling_at = models.DateTimeField(null=True)  # since when letters go out
    persons_told_at = models.DateTimeField(null=True)
    not_told_why = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    @property
    def is_settled(self) -> bool:
        """Whether the authority was told, or it is written down why not."""
        return self.reported_at is not None or bool(self.not_reported_why)


class BreachSubject(models.Model):
    """A person whom the breach concerns: by their id, or by the address of somebody without an account."""

    breach = models.ForeignKey(Breach, models.CASCADE, related_name="subjects")
    subject_id = models.UUIDField(null=True, db_index=True)
    email = models.EmailField(blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "subject_id"], name="privacy_breach_subject_once"),
            models.UniqueConstraint(
                fields=["breach", "email"], condition=~models.Q(email=""), name="privacy_breach_address_once"
            ),
        ]
