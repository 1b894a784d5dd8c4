"""Policy versions, what people accepted, and cookie receipts."""

from django.db import models

from conbillet.accounts.models import Person


class PolicyVersion(models.Model):
    """A published version of a text; the texts live in `policy/`. Immutable: the hash chains to the one before."""

    append_only = True
    office_access = "read"

    document = models.CharField(max_length=20, choices=[("policy", "policy"), ("terms", "terms")], default="policy")
    updated_on = models.DateField()
    effective_on = models.DateField()
    text_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "updated_on"], name="consents_version_once")]


class Acceptance(models.Model):
    """Somebody accepted terms or policy, in a given version, for a given order or account."""

    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="acceptances")
    document = models.CharField(max_length=20, choices=[("policy", "policy"), ("terms", "terms")])
    version = models.CharField(max_length=20)
    about = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()


class ConsentReceipt(models.Model):
    """What a browser answered about cookies, one row an answer; the newest of a reference counts.

    The random reference is all that links a row to a browser: no IP, no user.
    """

    reference = models.CharField(max_length=32, db_index=True)
    policy_version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    choices = models.CharField(max_length=60)
    method = models.CharField(
        max_length=20, choices=[("form", "form"), ("gpc", "Sec-GPC"), ("withdrawal", "withdrawal")]
    )
    given_at = models.DateTimeField()
