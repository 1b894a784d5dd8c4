"""The child-protection certificate of crew, and the CPR numbers that it needs for a while."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.states import StateField
from conbillet.core.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField


class CertificateScheme(TenantModel):
    """An association asks its crew for certificates: since when, what for, and on what legal basis."""

    class Basis(models.TextChoices):
        CHILDREN = (
            "children",
            _("Crew in regular contact with children under 15 (Act on child-protection certificates)"),
        )
        MUNICIPALITY = "municipality", _("The municipality demands it for its grant")

    purpose = models.CharField(_("what it is for"), max_length=240)
    basis = models.CharField(_("legal basis"), max_length=16, choices=Basis.choices)
    consent_version = models.CharField(max_length=20)
    switched_on_at = models.DateTimeField()
    switched_off_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(switched_off_at__isnull=True),
                name="certificates_one_scheme",
            )
        ]


class CertificateRequest(TenantModel):
    """One person of the crew is asked. `name` is the association's own snapshot."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        GIVEN = "given", _("Number given")
        DECLINED = "declined", _("Declined")
        CLEAR = "clear", _("Certificate without remarks")
        REMARKS = "remarks", _("Certificate with remarks")
        EXPIRED = "expired", _("Expired")

    scheme = TenantForeignKey(CertificateScheme, related_name="requests")
    reference = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="certificate_requests")
    name = models.CharField(max_length=120, blank=True)
    state = StateField(max_length=10, choices=State.choices, default=State.ASKED, blank=True)
    asked_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True)
    consent_version = models.CharField(max_length=20, blank=True)
    settled_on = models.DateField(null=True)
    # A keyed mark of the number that was verified: recognises it again, says nothing by itself.
    number_mark = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"],
                condition=models.Q(state__in=["asked", "given"]),
                name="certificates_asked_once",
            )
        ]
        indexes = [models.Index(fields=["person"])]


class CprNumber(TenantModel):
    """A number while it is needed: sealed under the person's own key and the master key, deleted on `delete_on`."""

    request = TenantOneToOneField(CertificateRequest, related_name="number")
    sealed = models.BinaryField()
    masked = models.CharField(max_length=11)  # 010170-****
    given_at = models.DateTimeField()
    delete_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["delete_on"])]
