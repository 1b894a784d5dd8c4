"""Associations, who may act for them, and invitations."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.tenancy import TenantModel

RESERVED_SLUGS = frozenset(
    ["conbillet", "office", "my", "door", "desk", "policy", "help", "accounts", "account", "login", "logout", "signup", "static", "media", "hooks", "api", "live", "theme", "design", "search", "orders", "order", "tickets", "ticket", "checkout", "cart", "about", "contact", "support", "newsletter", "backup", "admin", "healthz", "readyz", "metrics", "robots.txt", "favicon.ico", "sitemap.xml", ".well-known", "postcode", "da", "en"]
)


class VatStatus(models.TextChoices):
    NOT_REGISTERED = "not_registered", _("Not registered for VAT")
    REGISTERED = "registered", _("Registered for VAT")


class Organization(models.Model):
    """An association: the seller, and the controller of its sales record and member register."""

    office_access = "write"

    slug = models.SlugField(_("address on ConBillet"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    cvr = models.CharField(_("CVR number"), max_length=8, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=4, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    website = models.URLField(_("website"), blank=True)
    about_da = models.TextField(_("about the association, in Danish"), blank=True)
    about_en = models.TextField(_("about the association, in English"), blank=True)
    vat_status = models.CharField(_("VAT"), max_length=20, choices=VatStatus.choices, default=VatStatus.NOT_REGISTERED)
    accounting_year_start_month = models.PositiveSmallIntegerField(_("first month of the accounting year"), default=1)
    accent_colour = models.CharField(
        _("accent colour"), max_length=7, default="#7c3aed", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accounting_year_start_month__range=(1, 12)), name="organizations_accounting_month"
            )
        ]


class RoleKind(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    TREASURER = "treasurer", _("Treasurer")
    MEMBER_SECRETARY = "member_secretary", _("Member secretary")
    DOOR_CREW = "door_crew", _("Door crew")
    READ_ONLY = "read_only", _("Read only")


class Role(TenantModel):
    """A person may act for an association. One role a person: the stronger ones include the weaker (see permissions)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=RoleKind.choices)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "person"], name="organizations_one_role")]


class StaffMember(models.Model):
    """A view: who has a role here, by name and e-mail, so that the office needs no right on persons."""

    office_access = "read"

    id = models.BigIntegerField(primary_key=True)
    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="+")
    person_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=RoleKind.choices)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    granted_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "organizations_staff_member"


class Invitation(TenantModel):
    """An offer of a role, sent by mail. The link's secret is stored as a hash only."""

    email = models.EmailField(_("e-mail"))
    kind = models.CharField(_("role"), max_length=20, choices=RoleKind.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class Agreement(TenantModel):
    """An owner accepted the data-processing agreement for the association: which version, its hash, who, when."""

    version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    accepted_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    accepted_name = models.CharField(max_length=120, blank=True)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "version"], name="organizations_agreement_once")
        ]


class ProcessorObjection(TenantModel):
    """An owner objected for the association to a list of sub-processors that was announced: which, why, who, when."""

    version = models.CharField(max_length=20)
    reason = models.TextField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "version"], name="organizations_objection_once")
        ]
