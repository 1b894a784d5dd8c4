"""Each time an association was handed the six fields: what, why, and about whom."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core.tenancy import TenantForeignKey, TenantModel


class Disclosure(TenantModel):
    """One hand-over to an association, written in the transaction that reads the fields."""

    class Purpose(models.TextChoices):
        ATTENDEE_LIST = "attendee_list", _("to see who comes")
        EXPORT = "export", _("to take the list of who comes as a file")
        MEMBER_DOCUMENTATION = "member_documentation", _("to document its members")
        CONTACT = "contact", _("to write to those who come")

    append_only = True

    event = TenantForeignKey(Event, null=True, related_name="+")
    purpose = models.CharField(max_length=24, choices=Purpose.choices)
    form = models.CharField(max_length=8, choices=[("page", "page"), ("csv", "CSV"), ("xlsx", "XLSX"), ("pdf", "PDF")])
    fields = models.CharField(max_length=80)  # which of the six, comma-separated, in their order
    policy_version = models.CharField(max_length=20)
    people = models.PositiveIntegerField()
    at = models.DateTimeField()


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
