"""A year's documentation: numbers that never change, and beside them for a while who they are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.core.people import Gender, PayerRelation
from conbillet.core.tenancy import TenantForeignKey, TenantModel

from .register import Member


class MemberDocumentation(TenantModel):
    """The register counted once for a calendar year by one set of rules. `numbers` are the totals, hashed; written once."""

    append_only = True

    reference = models.CharField(max_length=16, unique=True)
    year = models.PositiveSmallIntegerField()
    as_of = models.DateField(null=True)  # a past day whose register was counted; empty: that of the moment of counting
    rules_version = models.CharField(max_length=60)  # such as duf/2016-05-29
    rules = models.JSONField()  # the parameters that were asked, so that a later version changes nothing here
    numbers = models.JSONField()
    numbers_sha256 = models.CharField(max_length=64)
    list_sha256 = models.CharField(max_length=64)  # over everybody's digest, in order
    seed = models.CharField(max_length=32)  # draws the auditor's sample; told before anybody could try another
    counted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "year", "-counted_at"])]


class DocumentedMember(TenantModel):
    """One member as they were when counted.

    The columns down to `digest` are the cell of the totals in which the row counts, and stay; who it was goes in time.
    """

    documentation = TenantForeignKey(MemberDocumentation, related_name="members")
    position = models.PositiveIntegerField()
    counts = models.BooleanField()
    reason_code = models.CharField(max_length=30, blank=True)
    cell_gender = models.CharField(max_length=12, choices=Gender.choices)
    cell_band = models.CharField(max_length=8)
    cell_municipality = models.CharField(max_length=6)
    digest = models.CharField(max_length=64)  # of the whole row with its dues, salted by the documentation's seed
    member = TenantForeignKey(Member, models.SET_NULL, null=True, related_name="documented")
    member_no = models.CharField(_("member number"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["documentation", "position"], name="memberships_documented_once")
        ]
        indexes = [models.Index(fields=["member"])]


class DocumentedDues(TenantModel):
    """The evidence of one membership, as it was when counted: what was paid, by whom, when, and where to find it."""

    documented = TenantForeignKey(DocumentedMember, related_name="dues")
    enrolled_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=10, blank=True)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    dues_amount = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="DKK")
    dues_text = models.CharField(max_length=160, blank=True)
    dues_separate = models.BooleanField(default=True)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_relation = models.CharField(max_length=12, choices=PayerRelation.choices, blank=True)
    paid_at = models.DateTimeField(null=True)
    payment_method = models.CharField(max_length=12, blank=True)
    payment_reference = models.CharField(max_length=80, blank=True)
    payout_reference = models.CharField(max_length=80, blank=True)
    refunded_amount = models.PositiveIntegerField(default=0)
    dispute_state = models.CharField(max_length=12, blank=True)
