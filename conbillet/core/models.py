"""The audit log: append-only, written in the transaction, sealed afterwards into a hash chain per association."""

from django.db import models

from .actor import ActorKind


class AuditEntry(models.Model):
    """One thing that was done. Entries of the platform itself have no association.

    `payload` is encrypted: under the subject's key where the entry is about a person, so that destroying that key makes
    it unreadable while the chain stays valid; under the installation's key otherwise.
    """

    append_only = True
    office_access = "write"

    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=20, blank=True)
    subject_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=40)
    object_reference = models.CharField(max_length=64)
    payload = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_kind", "object_reference"]),
            models.Index(fields=["organization", "id"]),
            models.Index(
                fields=["subject_id"], condition=models.Q(subject_id__isnull=False), name="core_audit_subject"
            ),
        ]


class AuditSeal(models.Model):
    """An entry's place in its association's hash chain. Written by a job: sealing inside sales would serialise them."""

    append_only = True
    office_access = "read"

    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    number = models.BigIntegerField()
    previous_hash = models.BinaryField()
    entry_hash = models.BinaryField()
    # SHA-256 of the entry's payload, kept when the payload itself is forgotten after two years, so that the chain
    # still verifies. Written by `conbillet_forget_payloads` only.
    payload_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="core_seal_number", nulls_distinct=False)
        ]


class RateLimit(models.Model):
    """How often something was tried within a window of time; `key` is a keyed hash of what and by whom."""

    key = models.CharField(primary_key=True, max_length=64)
    window = models.BigIntegerField()  # number of the window, counted from 1970
    count = models.PositiveIntegerField()
    forget_at = models.DateTimeField()
