"""Requests of public authorities: legal ground, scope, two approvers, a sealed package."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.states import StateField


class AuthorityCase(models.Model):
    """Associations never see it. The person is told when it is delivered, unless `silence_why` says why not yet."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        WAITING = "waiting", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        DELIVERED = "delivered", _("Delivered")
        WITHDRAWN = "withdrawn", _("Ended without a hand-over")

    reference = models.CharField(max_length=16, unique=True)
    authority = models.CharField(max_length=160)
    their_reference = models.CharField(max_length=80, blank=True)
    legal_ground = models.CharField(max_length=240)
    request = models.TextField()
    categories = models.TextField()  # categories of the data map that the ground covers, comma-separated
    from_date = models.DateField(null=True)
    to_date = models.DateField(null=True)
    silence_why = models.TextField(blank=True)
    silence_until = models.DateField(null=True)
    state = StateField(max_length=10, choices=State.choices, default=State.DRAFT)
    requested_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    received_on = models.DateField()
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)


class AuthoritySubject(models.Model):
    """A person whom the request names: by their id, or by the address of somebody who bought without an account."""

    case = models.ForeignKey(AuthorityCase, models.CASCADE, related_name="subjects")
    subject_id = models.UUIDField(null=True, db_index=True)
    email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "subject_id"], name="privacy_authority_subject_once"),
            models.CheckConstraint(
                condition=models.Q(subject_id__isnull=False, email="")
                | (models.Q(subject_id__isnull=True) & ~models.Q(email="")),
                name="privacy_authority_subject_is_somebody",
            ),
        ]


class AuthorityApproval(models.Model):
    """One yes or no. Two different people say yes, and neither of them asked (checked when it is written)."""

    append_only = True
    may_change = ("by",)  # when a member of staff is erased

    case = models.ForeignKey(AuthorityCase, models.CASCADE, related_name="approvals")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    approves = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "by"], name="privacy_approval_once")]


class AuthorityPackage(models.Model):
    """What was sealed and handed over; its SHA-256 proves later which bytes those were."""

    case = models.OneToOneField(AuthorityCase, models.CASCADE, related_name="package")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
