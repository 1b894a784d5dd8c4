"""Packages with everything that is stored about a person."""

from django.db import models

from conbillet.accounts.models import Person
from conbillet.core.states import StateField
from conbillet.support.models import Case


class InsightPackage(models.Model):
    """A package being made, or ready to be fetched behind login until it expires. The file is sealed under the
    person's key and lies outside the database; it is removed when it expires."""

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        READY = "ready"
        FAILED = "failed"

    reference = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="insight_packages")
    # A guardian who asked for the child; only they, and only while they are its guardian, fetch it.
    asked_by = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    state = StateField(max_length=10, choices=State.choices, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    language = models.CharField(max_length=5, default="da")
    # Of a code from our staff (`workflows/insight_codes.py`); empty where there is none, or it was used.
    token_hash = models.CharField(max_length=64, blank=True)
    token_tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]
