"""Events, what they sell, at what price, and how much of it there is."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conbillet.core.money import CURRENCY, VatCode
from conbillet.core.states import StateField
from conbillet.core.tenancy import TenantForeignKey, TenantModel

# The kind of a sale of memberships alone: not a convention, and not listed as one. Its one day is 31 December.
MEMBERSHIPS_ONLY = "membership"


class Event(TenantModel):
    """A convention. Days are Copenhagen days; the sales window is given in instants."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", pgettext_lazy("event", "Cancelled")

    reference = models.CharField(max_length=16, unique=True)
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind of convention"),
        max_length=20,
        default="mixed",
        choices=[
            ("roleplaying", _("Role-playing")),
            ("boardgames", _("Board games")),
            ("anime", _("Anime")),
            ("cosplay", _("Cosplay")),
            ("larp", _("Live role-playing")),
            ("mixed", _("A bit of everything")),
            (MEMBERSHIPS_ONLY, _("Membership")),
        ],
    )
    state = StateField(max_length=10, choices=State.choices, default=State.DRAFT)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    opens_at = models.TimeField(_("doors open at"), null=True, blank=True)
    venue = models.CharField(_("venue"), max_length=120, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=4, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    tagline_da = models.CharField(_("one line about it, in Danish"), max_length=160, blank=True)
    tagline_en = models.CharField(_("one line about it, in English"), max_length=160, blank=True)
    description_da = models.TextField(_("description in Danish"), blank=True, help_text=_("Markdown"))
    description_en = models.TextField(_("description in English"), blank=True, help_text=_("Markdown"))
    practical_da = models.TextField(_("what to bring, in Danish"), blank=True)
    practical_en = models.TextField(_("what to bring, in English"), blank=True)
    picture = models.ImageField(_("picture"), upload_to="events/", blank=True)
    picture_alt = models.CharField(_("what the picture shows"), max_length=160, blank=True)
    sales_open_at = models.DateTimeField(_("sale opens"), null=True, blank=True)
    sales_close_at = models.DateTimeField(_("sale closes"), null=True, blank=True)
    order_limit = models.PositiveSmallIntegerField(_("most things in one order"), default=30)
    transfer_allowed = models.BooleanField(_("pay later by bank transfer"), default=False)
    transfer_days = models.PositiveSmallIntegerField(_("days to pay by transfer"), default=7)
    transfer_account = models.CharField(_("account for transfers"), max_length=40, blank=True)
    door_allowed = models.BooleanField(_("pay at the door"), default=False)
    version = models.PositiveIntegerField(default=1)  # counted up by every change of what the event page shows
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="catalogue_event_slug"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="catalogue_event_days"),
            models.CheckConstraint(condition=Q(order_limit__range=(1, 100)), name="catalogue_event_order_limit"),
        ]
        indexes = [models.Index(fields=["state", "starts_on"])]

    @property
    def sells_memberships_only(self) -> bool:
        """Is this no convention, but a year's sale of memberships without one?"""
        return self.kind == MEMBERSHIPS_ONLY


class Quota(TenantModel):
    """A number of places shared by some products. Claims are one conditional update; the database holds the sum (I1)."""

    event = TenantForeignKey(Event, related_name="quotas")
    name = models.CharField(_("name"), max_length=80)
    size = models.PositiveIntegerField(_("how many"))
    held = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0) & Q(sold__gte=0), name="catalogue_quota_not_negative"),
            models.CheckConstraint(condition=Q(size__gte=F("held") + F("sold")), name="catalogue_quota_never_oversold"),
        ]


class ProductKind(models.TextChoices):
    TICKET = "ticket", _("Ticket")
    DAY_TICKET = "day_ticket", _("Day ticket")
    MEMBERSHIP = "membership", _("Membership")
    SLEEPING = "sleeping", _("Sleeping place")
    MEAL = "meal", _("Meal")
    MERCHANDISE = "merchandise", _("Merchandise")
    DONATION = "donation", _("Donation")


# Dated leisure services have no right of withdrawal (forbrugeraftaleloven § 18(2)(12)); goods and memberships have 14 days.
KINDS_WITH_WITHDRAWAL = frozenset({ProductKind.MERCHANDISE, ProductKind.MEMBERSHIP})
ADMITTING_KINDS = frozenset({ProductKind.TICKET, ProductKind.DAY_TICKET})


class Product(TenantModel):
    """Something an event sells. A line is always one unit, so each can have its own person and its own pay-by day."""

    event = TenantForeignKey(Event, related_name="products")
    kind = models.CharField(_("kind"), max_length=12, choices=ProductKind.choices)
    name_da = models.CharField(_("name in Danish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    description_da = models.CharField(_("description in Danish"), max_length=240, blank=True)
    description_en = models.CharField(_("description in English"), max_length=240, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(_("for sale"), default=True)
    vat_code = models.CharField(_("VAT"), max_length=24, choices=VatCode.choices, default=VatCode.NOT_REGISTERED)
    membership_type = TenantForeignKey("memberships.MembershipType", null=True, blank=True, related_name="products")
    valid_on = models.DateField(_("valid on one day only"), null=True, blank=True)
    age_from = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    needs_person = models.BooleanField(_("ask whose it is"), default=False)
    needs_ticket = models.BooleanField(_("only together with a ticket"), default=False)
    per_order = models.PositiveSmallIntegerField(_("most in one order"), null=True, blank=True)
    sales_open_at = models.DateTimeField(_("sale opens"), null=True, blank=True)
    sales_close_at = models.DateTimeField(_("sale closes"), null=True, blank=True)
    pay_by_on = models.DateField(_("must be paid by"), null=True, blank=True)
    quotas = models.ManyToManyField(Quota, through="ProductQuota", related_name="products")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_to__isnull=True) | Q(age_to__gte=F("age_from")),
                name="catalogue_product_ages",
            ),
            models.CheckConstraint(
                condition=Q(kind="membership", membership_type__isnull=False)
                | (~Q(kind="membership") & Q(membership_type__isnull=True)),
                name="catalogue_product_membership",
            ),
        ]

    @property
    def admits(self) -> bool:
        """Does it let its holder in at the door?"""
        return self.kind in ADMITTING_KINDS


class Variant(TenantModel):
    """A size or version of a product (T-shirt in M). Its stock, if counted, is a quota of its own."""

    product = TenantForeignKey(Product, related_name="variants", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="catalogue_variant_name")]


class ProductQuota(TenantModel):
    """Which quotas one unit of a product (or of one of its variants) takes from."""

    product = TenantForeignKey(Product, related_name="product_quotas", on_delete=models.CASCADE)
    variant = TenantForeignKey(Variant, null=True, blank=True, related_name="product_quotas", on_delete=models.CASCADE)
    quota = TenantForeignKey(Quota, related_name="product_quotas", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "variant", "quota"], name="catalogue_product_quota", nulls_distinct=False
            )
        ]


class Price(TenantModel):
    """What a product costs, gross in øre, with every unavoidable fee. A donation's price is the least one can give."""

    class Audience(models.TextChoices):
        ORDINARY = "ordinary", _("Ordinary price")
        MEMBER = "member", _("Member price")

    product = TenantForeignKey(Product, related_name="prices", on_delete=models.CASCADE)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.ORDINARY)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default=CURRENCY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "audience"], name="catalogue_price_once"),
            models.CheckConstraint(condition=Q(amount__lte=1_000_000_000), name="catalogue_price_believable"),
        ]
