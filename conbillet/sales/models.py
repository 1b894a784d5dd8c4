"""Carts, holds, orders and their lines, receipts."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event, Price, Product, ProductKind, Quota, Variant
from conbillet.core.money import CURRENCY, VatCode
from conbillet.core.people import Gender, PayerRelation
from conbillet.core.states import StateField
from conbillet.core.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField


class Cart(TenantModel):
    """What a visitor is about to buy at one event. The session remembers its reference; nothing personal is in it."""

    office_hidden = ("person", "language")  # who looks at things without buying them is nobody's business
    takes_cards = True  # no column: whether the association can be paid by card now, as `access.get_cart` read along

    event = TenantForeignKey(Event, related_name="+")
    reference = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="carts")
    language = models.CharField(max_length=5, default="da", blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ordered_at = models.DateTimeField(null=True)


class CartLine(TenantModel):
    """One unit. A donation carries the amount that the giver chose."""

    cart = TenantForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = TenantForeignKey(Product, related_name="+")
    variant = TenantForeignKey(Variant, null=True, related_name="+")
    amount = models.PositiveIntegerField(null=True)


class Order(TenantModel):
    """A purchase with frozen prices. Its buyer's name and address are the association's own record of the sale."""

    class State(models.TextChoices):
        AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    class Method(models.TextChoices):
        CARD = "card", _("Card or MobilePay")
        TRANSFER = "transfer", _("Bank transfer")
        DOOR = "door", _("At the door")
        FREE = "free", _("Nothing to pay")

    event = TenantForeignKey(Event, related_name="orders")
    reference = models.CharField(max_length=16, unique=True)
    access_key = models.CharField(
        max_length=32
    )  # the secret in the order's own link; the reference alone opens nothing
    cart = TenantOneToOneField(Cart, null=True, on_delete=models.SET_NULL, related_name="order")
    buyer = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="orders")
    buyer_name = models.CharField(max_length=120, blank=True)
    buyer_email = models.EmailField(blank=True)
    buyer_street = models.CharField(max_length=120, blank=True)
    buyer_postcode = models.CharField(max_length=12, blank=True)
    buyer_city = models.CharField(max_length=80, blank=True)
    buyer_country = models.CharField(max_length=2, blank=True, default="DK")
    email_confirmed_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=5, default="da")
    state = StateField(max_length=20, choices=State.choices, default=State.AWAITING_PAYMENT)
    method = models.CharField(max_length=10, choices=Method.choices)
    amount = models.PositiveIntegerField()  # what was to be paid when it was placed, in øre
    vat_amount = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default=CURRENCY)
    placed_at = models.DateTimeField()
    pay_by_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # cancelled or expired
    counted = models.BooleanField(default=False, db_default=False)  # its lines are in `SoldOnDay`

    class Meta:
        indexes = [
            models.Index(
                fields=["event"], condition=Q(paid_at__isnull=False, counted=False), name="sales_order_uncounted"
            ),
            models.Index(fields=["organization", "event", "-placed_at"]),
            models.Index(fields=["organization", "-placed_at"]),
            models.Index(fields=["pay_by_at"], condition=Q(state="awaiting_payment"), name="sales_order_unpaid"),
            models.Index(fields=["buyer"]),
            # Whoever proves an address finds what was bought with it (`privacy/reach.py`).
            models.Index(Lower("buyer_email"), condition=Q(buyer__isnull=True), name="sales_order_of_address"),
        ]


class Hold(TenantModel):
    """Places kept for a cart, and after the order for its payment, until a time. At most one live hold a cart (I11)."""

    class Outcome(models.TextChoices):
        SOLD = "sold"
        RELEASED = "released"

    cart = TenantForeignKey(Cart, null=True, on_delete=models.SET_NULL, related_name="holds")
    order = TenantForeignKey(Order, null=True, related_name="holds")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart"], condition=Q(ended_at__isnull=True), name="sales_one_live_hold"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="sales_hold_ends_with_outcome",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(ended_at__isnull=True), name="sales_live_holds")]


class HeldUnits(TenantModel):
    """How many units of one quota a hold keeps."""

    hold = TenantForeignKey(Hold, on_delete=models.CASCADE, related_name="units")
    quota = TenantForeignKey(Quota, related_name="held_units")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "quota"], name="sales_held_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="sales_held_something"),
        ]


class Participant(TenantModel):
    """Whom a line is for: the association's own snapshot of the six fields, taken at purchase, with a badge name."""

    order = TenantForeignKey(Order, related_name="participants")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="participations")
    claim_key = models.CharField(max_length=32, blank=True)  # the secret in the link by which somebody claims a ticket
    claimed_at = models.DateTimeField(null=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    badge_name = models.CharField(_("name on the badge"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=12, choices=Gender.choices, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DK", blank=True)
    municipality_code = models.CharField(_("municipality"), max_length=4, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["person"]),
            models.Index(Lower("email"), condition=Q(person__isnull=True), name="sales_participant_of_address"),
            models.Index(
                "organization",
                Func("name", function="conbillet_sort_key", output_field=models.TextField()),
                "id",
                name="sales_participant_by_name",
            ),
        ]


class OrderLine(TenantModel):
    """One unit with its frozen price and VAT. A correction is a new line that reverses another, never an edit."""

    order = TenantForeignKey(Order, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=[*ProductKind.choices, ("platform_fee", _("Fee"))])
    product = TenantForeignKey(Product, null=True, related_name="order_lines")
    variant = TenantForeignKey(Variant, null=True, related_name="order_lines")
    participant = TenantForeignKey(Participant, null=True, related_name="lines")
    text = models.CharField(max_length=160)
    audience = models.CharField(max_length=10, choices=Price.Audience.choices, default=Price.Audience.ORDINARY)
    amount = models.IntegerField()
    vat_code = models.CharField(max_length=24, choices=VatCode.choices)
    vat_amount = models.IntegerField(default=0)
    pay_by_on = models.DateField(null=True)
    reverses = TenantOneToOneField("self", null=True, related_name="reversal")
    dues_from = models.DateField(null=True)
    dues_to = models.DateField(null=True)
    payer_relation = models.CharField(max_length=12, choices=PayerRelation.choices, blank=True)
    added_at = models.DateTimeField()
    counted = models.BooleanField(default=False, db_default=False)  # a reversal that is in `SoldOnDay`

    class Meta:
        indexes = [
            models.Index(
                fields=["order"], condition=Q(reverses__isnull=False, counted=False), name="sales_line_uncounted"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="sales_line_position"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, reverses__isnull=True) | Q(amount__lte=0, reverses__isnull=False),
                name="sales_line_sign",
            ),
            models.CheckConstraint(
                condition=~Q(kind="membership") | Q(dues_from__isnull=False, dues_to__gte=F("dues_from")),
                name="sales_line_dues",
            ),
        ]


class Cancellation(TenantModel):
    """Who ended an order before it was paid, or after a refund, and why."""

    order = TenantOneToOneField(Order, related_name="cancellation")
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=240, blank=True)
    reason_told = models.BooleanField(default=False)  # the buyer reads it in the letter, by the office's choice


class EventRefund(TenantModel):
    """One giving back of the paid orders of an event that was called off: who began it, what it covers, how far it is.

    At most one runs per event; `reached` is the last order that was dealt with, behind which a killed worker goes on.
    """

    event = TenantForeignKey(Event, related_name="+")
    dues = models.BooleanField(default=False)  # give membership dues back too
    donations = models.BooleanField(default=False)
    started_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    reached = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event"], condition=Q(finished_at__isnull=True), name="sales_one_live_event_refund"
            )
        ]


class ReceiptCounter(models.Model):
    """The last receipt number of an association. Locked as the last step of confirming a payment: no gaps."""

    office_access = "write"  # the office confirms transfers and refunds, and both end with a number

    organization = models.OneToOneField("organizations.Organization", models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)


class Receipt(TenantModel):
    """A numbered receipt or credit note. Under 3,000 kr it needs no buyer name, so erasure blanks it there."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        CREDIT_NOTE = "credit_note", _("Credit note")

    order = TenantForeignKey(Order, related_name="receipts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    issued_at = models.DateTimeField()
    amount = models.IntegerField()
    vat_amount = models.IntegerField(default=0)
    currency = models.CharField(max_length=3, default=CURRENCY)
    buyer_name = models.CharField(max_length=120, blank=True)
    payment_reference = models.CharField(max_length=80, blank=True)
    lines = models.ManyToManyField(OrderLine, related_name="receipts")
    counted = models.BooleanField(default=False, db_default=False)  # one of those in `ReceiptsOnDay`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="sales_receipt_number")]
        indexes = [
            models.Index(fields=["organization"], condition=Q(counted=False), name="sales_receipt_uncounted"),
        ]


class SoldOnDay(TenantModel):
    """What was sold of one product on one Copenhagen day, less what was taken back on it: added up by `fold_figures`.

    What is not `counted` yet comes on top, so `figures.py` alone reads this. No sale waits for these rows.
    """

    office_access = "read"

    event = TenantForeignKey(Event, related_name="+")
    day = models.DateField()
    product = TenantForeignKey(Product, null=True, related_name="+")
    kind = models.CharField(max_length=14)
    units = models.IntegerField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "day", "product", "kind"], nulls_distinct=False, name="sales_sold_on_day"
            )
        ]


class BookedOnDay(TenantModel):
    """What was booked on one account on one Copenhagen day, by event and by what happened (`capture`, `refund` …)."""

    office_access = "read"

    event = TenantForeignKey(Event, null=True, related_name="+")
    day = models.DateField()
    account = models.CharField(max_length=14)
    happening = models.CharField(max_length=20)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "event", "account", "happening"],
                nulls_distinct=False,
                name="sales_booked_on_day",
            )
        ]


class ReceiptsOnDay(TenantModel):
    """How many receipts or credit notes were issued on one Copenhagen day, and what they add up to."""

    office_access = "read"

    day = models.DateField()
    kind = models.CharField(max_length=12)
    vouchers = models.IntegerField()
    amount = models.BigIntegerField()
    vat_amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day", "kind"], name="sales_receipts_on_day")]
