"""Each time an association was handed the six fields: what, why, and about whom."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core.tenancy import TenantForeignKey, TenantModel

# Hand-overs are append-only for the application. Forgetting is the owner's, and only what is older than two years.
_FORGET = """
CREATE OR REPLACE FUNCTION privacy_forget_disclosures(before timestamptz) RETURNS TABLE (organization_id bigint, forgotten bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT d.id, d.organization_id FROM privacy_disclosure d WHERE d.at < LEAST(before, now() - interval '2 years')
    ), persons AS (
        DELETE FROM privacy_disclosedperson p USING old WHERE p.disclosure_id = old.id
    ), disclosures AS (
        DELETE FROM privacy_disclosure d USING old WHERE d.id = old.id
    )
    SELECT old.organization_id, count(*) FROM old GROUP BY old.organization_id
$$
"""


class Disclosure(TenantModel):
    """One hand-over to an association, written in the transaction that reads the fields."""

    class Purpose(models.TextChoices):
        ATTENDEE_LIST = "attendee_list", _("to see who comes")
        EXPORT = "export", _("to take the list of who comes as a file")
        MEMBER_DOCUMENTATION = "member_documentation", _("to document its members")
        CONTACT = "contact", _("to write to those who come")
        DEPARTURE = "departure", _("to take its own records along when it leaves")

    append_only = True

    event = TenantForeignKey(Event, null=True, related_name="+")
    purpose = models.CharField(max_length=24, choices=Purpose.choices)
    form = models.CharField(
        max_length=8, choices=[("page", "page"), ("csv", "CSV"), ("xlsx", "XLSX"), ("pdf", "PDF"), ("zip", "ZIP")]
    )
    fields = models.CharField(max_length=80)  # which of the six, comma-separated, in their order
    policy_version = models.CharField(max_length=20)
    people = models.PositiveIntegerField()
    at = models.DateTimeField()

    @classmethod
    def view_sql(cls, app: str, office: str) -> list[str]:
        """What `database_roles.sync` runs, as the owner: the one way by which a hand-over is ever removed."""
        return [
            _FORGET,
            "REVOKE EXECUTE ON FUNCTION privacy_forget_disclosures(timestamptz) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION privacy_forget_disclosures(timestamptz) TO {app}",
        ]


class DisclosedPerson(TenantModel):
    """Whom a hand-over was about. The subject's id says nothing once the person is erased."""

    append_only = True

    disclosure = TenantForeignKey(Disclosure, related_name="persons")
    subject_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disclosure", "subject_id"], name="privacy_disclosed_once"),
        ]
        indexes = [models.Index(fields=["subject_id"])]
