"""Requests of public authorities: legal ground, scope, two approvers, a sealed package."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.states import StateField

# Approvals are append-only for the application, so forgetting a case is the owner's: only what was closed more than two
# years ago, and never while somebody has still to be told.
_FORGET = """
CREATE OR REPLACE FUNCTION privacy_forget_authority_cases(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT c.id FROM privacy_authoritycase c WHERE c.closed_at < LEAST(before, now() - interval '2 years')
           AND NOT (c.state = 'delivered' AND c.told_at IS NULL)
    ), approvals AS (
        DELETE FROM privacy_authorityapproval x USING old WHERE x.case_id = old.id
    ), silences AS (
        DELETE FROM privacy_authoritysilence x USING old WHERE x.case_id = old.id
    ), subjects AS (
        DELETE FROM privacy_authoritysubject x USING old WHERE x.case_id = old.id
    ), packages AS (
        DELETE FROM privacy_authoritypackage x USING old WHERE x.case_id = old.id
    ), cases AS (
        DELETE FROM privacy_authoritycase x USING old WHERE x.id = old.id
    )
    SELECT count(*) FROM old
$$
"""


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

    @classmethod
    def view_sql(cls, app: str, office: str) -> list[str]:
        """What `database_roles.sync` runs, as the owner: the one way by which an approval is ever removed."""
        return [
            _FORGET,
            "REVOKE EXECUTE ON FUNCTION privacy_forget_authority_cases(timestamptz) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION privacy_forget_authority_cases(timestamptz) TO {app}",
        ]


class AuthoritySilence(models.Model):
    """That the persons be told later than the case says: asked for by one officer, agreed to by another."""

    case = models.ForeignKey(AuthorityCase, models.CASCADE, related_name="silences")
    silence_why = models.TextField()
    silence_until = models.DateField()
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(default=False)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(decided_at__isnull=True), name="privacy_one_silence_waits"
            )
        ]


class AuthoritySubject(models.Model):
    """A person whom the request names: by their id, or by the address of somebody who bought without an account."""

    case = models.ForeignKey(AuthorityCase, models.CASCADE, related_name="subjects")
    subject_id = models.UUIDField(null=True, db_index=True)
    email = models.EmailField(blank=True)
    # Where to write to somebody who was erased before they may be told (`authority_contacts.py`).
    sealed_contact = models.BinaryField(null=True)

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
