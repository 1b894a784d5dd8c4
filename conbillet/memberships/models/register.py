"""Membership types, the register and each membership's evidence."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.people import Gender, PayerRelation
from conbillet.core.tenancy import TenantForeignKey, TenantModel


class PeriodKind(models.TextChoices):
    CALENDAR_YEAR = "calendar_year", _("Calendar year")
    ROLLING_12M = "rolling_12m", _("12 months from payment")
    CALENDAR_YEAR_PLUS_GRACE = "calendar_year_plus_grace", _("Calendar year with grace days")
    FIXED_DATES = "fixed_dates", _("Fixed dates")


class MembershipType(TenantModel):
    """What kind of membership an association offers and for which period. Only periods inside one year count at DUF."""

    name_da = models.CharField(_("name in Danish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    period_kind = models.CharField(
        _("period"), max_length=30, choices=PeriodKind.choices, default=PeriodKind.CALENDAR_YEAR
    )
    grace_days = models.PositiveSmallIntegerField(default=0)
    fixed_from = models.DateField(null=True, blank=True)
    fixed_to = models.DateField(null=True, blank=True)
    is_offered = models.BooleanField(default=True)
    # Days before the end of a period on which members are told by mail that it ends; 0: they are not.
    remind_days = models.PositiveSmallIntegerField(default=0, db_default=0)


class Household(TenantModel):
    """Members who live together: one address, and often one payer. It says nothing else about how they are related."""

    made_at = models.DateTimeField()


class Member(TenantModel):
    """The association's own record of one person; snapshots of the six fields, with a nullable link to the person."""

    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="members")
    member_no = models.CharField(_("member number"), max_length=20)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=12, choices=Gender.choices, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DK", blank=True)
    municipality_code = models.CharField(_("municipality"), max_length=4, blank=True)
    municipality_source = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField()
    left_on = models.DateField(null=True, blank=True)
    household = TenantForeignKey(Household, models.SET_NULL, null=True, blank=True, related_name="members")
    wants_reminders = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            # A member without evidence who was erased has no number any more.
            models.UniqueConstraint(
                fields=["organization", "member_no"], condition=~models.Q(member_no=""), name="memberships_member_no"
            )
        ]
        indexes = [
            models.Index(fields=["person"]),
            models.Index(Lower("email"), condition=models.Q(person__isnull=True), name="memberships_of_address"),
        ]


class MemberNumber(models.Model):
    """The last member number given by an association."""

    office_access = "write"

    organization = models.OneToOneField("organizations.Organization", models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)


class Membership(TenantModel):
    """One period of membership and the evidence that its dues were paid. Payments are opaque references."""

    member = TenantForeignKey(Member, related_name="memberships")
    membership_type = TenantForeignKey(MembershipType, related_name="memberships")
    # Both empty: dues for which nobody stated a period (imported). Grant bodies do not count them.
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    enrolled_at = models.DateTimeField()
    channel = models.CharField(max_length=10, choices=[("shop", "shop"), ("office", "office"), ("import", "import")])
    dues_amount = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="DKK")
    dues_text = models.CharField(max_length=160, blank=True)
    dues_separate = models.BooleanField(default=True)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_relation = models.CharField(
        max_length=12, choices=PayerRelation.choices, default=PayerRelation.SELF, blank=True
    )
    paid_at = models.DateTimeField(null=True)
    payment_method = models.CharField(max_length=12, blank=True)
    payment_reference = models.CharField(max_length=80, blank=True)
    payout_reference = models.CharField(max_length=80, blank=True)
    refunded_amount = models.PositiveIntegerField(default=0)
    dispute_state = models.CharField(max_length=12, blank=True)
    source_reference = models.CharField(max_length=64, unique=True)  # the order line it came from: granted once
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    period_from__isnull=False, period_to__isnull=False, period_to__gte=models.F("period_from")
                )
                | models.Q(period_from__isnull=True, period_to__isnull=True),
                name="memberships_period",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_amount__lte=models.F("dues_amount")), name="memberships_refund"
            ),
        ]
