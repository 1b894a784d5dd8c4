"""Receipts of erasures: what was deleted, and what stays, why and until when. No personal data in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.core.tenancy import TenantModel

# PostgreSQL keeps samples of columns to plan with, and they are values of people. Only the owner may have a table looked at
# anew; `app` may ask for it.
_SAMPLE = """
CREATE OR REPLACE FUNCTION privacy_sample_anew(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = name) THEN
        EXECUTE format('ANALYZE public.%I', name);
    END IF;
END $$
"""


class Erasure(models.Model):
    """A person was erased. The id is the one of the erasure ledger; the receipt opens by its secret link only."""

    class Via(models.TextChoices):
        SELF = "self", _("by the person")
        CASE = "case", _("after a request to us")
        COMMAND = "command", _("by the operator")
        RETENTION = "retention", _("because its time had come")
        REPLAY = "replay", _("again, after a backup was restored")

    reference = models.CharField(max_length=16, unique=True)
    access_key = models.CharField(max_length=32)
    subject_id = models.UUIDField(db_index=True)
    scope = models.CharField(max_length=200)
    via = models.CharField(max_length=10, choices=Via.choices)
    erased_at = models.DateTimeField()
    backups_until = models.DateField()  # the last day on which a backup can still hold the data

    @classmethod
    def view_sql(cls, app: str, office: str) -> list[str]:
        """What `database_roles.sync` runs, as the owner: the way by which samples of erased values go."""
        return [
            _SAMPLE,
            "REVOKE EXECUTE ON FUNCTION privacy_sample_anew(text) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION privacy_sample_anew(text) TO {app}",
        ]


class ErasureLine(models.Model):
    """What happened to one kind of data; counts, never values."""

    class Outcome(models.TextChoices):
        DELETED = "deleted", _("deleted")
        BLANKED = "blanked", _("emptied")
        UNLINKED = "unlinked", _("no longer tied to you")
        KEY_DESTROYED = "key_destroyed", _("made unreadable for ever")
        KEPT = "kept", _("kept")

    erasure = models.ForeignKey(Erasure, models.CASCADE, related_name="lines")
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    table = models.CharField(max_length=80)
    category = models.CharField(max_length=40)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    count = models.PositiveIntegerField()
    law = models.CharField(max_length=120, blank=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="kept") | (~models.Q(law="") & models.Q(until__isnull=False)),
                name="privacy_kept_has_law_and_date",
            )
        ]


class ErasureNotice(TenantModel):
    """An association was told that somebody was erased (GDPR art. 19): which of its orders and members it is about."""

    office_access = "read"

    erasure_reference = models.CharField(max_length=16)
    orders = models.CharField(max_length=4000, blank=True)  # public references, comma-separated
    members = models.CharField(max_length=400, blank=True)  # member numbers, comma-separated
    told_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-told_at"])]

    @property
    def order_references(self) -> list[str]:
        return [one for one in self.orders.split(",") if one]
