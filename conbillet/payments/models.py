"""Payments, refunds, disputes, the ledger and the payment provider's inbox. Knows an amount and an opaque reference."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.money import CURRENCY
from conbillet.core.states import StateField
from conbillet.core.tenancy import TenantForeignKey, TenantModel


class ConnectedAccount(models.Model):
    """An association's own account at Stripe, which its buyers pay directly."""

    office_access = "write"

    organization = models.OneToOneField("organizations.Organization", models.PROTECT, related_name="connected_account")
    stripe_account = models.CharField(max_length=64, unique=True)
    charges_enabled = models.BooleanField(default=False)
    payouts_enabled = models.BooleanField(default=False)
    details_submitted = models.BooleanField(default=False)
    connected_at = models.DateTimeField()
    checked_at = models.DateTimeField()


class Payment(TenantModel):
    """Money expected for something, known here only by its opaque reference (an order's)."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        CAPTURED = "captured", _("Paid")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")

    class Method(models.TextChoices):
        CARD = "card", _("Card or MobilePay")
        TRANSFER = "transfer", _("Bank transfer")
        DOOR = "door", _("At the door")
        FREE = "free", _("Nothing to pay")

    reference = models.CharField(max_length=16, unique=True)
    about = models.CharField(max_length=64, unique=True)
    method = models.CharField(max_length=10, choices=Method.choices)
    state = StateField(max_length=10, choices=State.choices, default=State.EXPECTED)
    amount = models.PositiveIntegerField()
    captured_amount = models.PositiveIntegerField(default=0)
    refunded_amount = models.PositiveIntegerField(default=0)  # refunds asked for and not failed (I3)
    currency = models.CharField(max_length=3, default=CURRENCY)
    provider_payment = models.CharField(max_length=80, blank=True)  # Stripe's PaymentIntent
    provider_method = models.CharField(max_length=20, blank=True)  # card, mobilepay
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded_amount__lte=F("captured_amount")), name="payments_refunds_within_captured"
            ),
            models.UniqueConstraint(
                fields=["provider_payment"], condition=~Q(provider_payment=""), name="payments_provider_payment"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(state="expected"), name="payments_expected")]


class Attempt(TenantModel):
    """One Checkout Session for a payment. Its id, stored before the call, is the idempotency key of the call."""

    class State(models.TextChoices):
        STARTING = "starting"  # called or about to be called: the outcome is not known
        OPEN = "open"
        COMPLETE = "complete"
        EXPIRED = "expired"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    payment = TenantForeignKey(Payment, related_name="attempts")
    state = StateField(max_length=10, choices=State.choices, default=State.STARTING)
    session = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, default="")  # of the request: one key, one request
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)  # when the reconciler last asked Stripe

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=~Q(session=""), name="payments_attempt_session"),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(state__in=["starting", "open"]), name="payments_one_live_attempt"
            ),
        ]


class Refund(TenantModel):
    """Money on its way back. The row is committed first; its key is the idempotency key of the call."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("On its way")
        SUCCEEDED = "succeeded", _("Refunded")
        FAILED = "failed", _("Failed")

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    payment = TenantForeignKey(Payment, related_name="refunds")
    about = models.CharField(max_length=64, blank=True)  # opaque: the credit note or reversal that it pays out
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default=CURRENCY)
    state = StateField(max_length=10, choices=State.choices, default=State.REQUESTED)
    provider_refund = models.CharField(max_length=80, blank=True)
    reason = models.CharField(
        max_length=40,
        default="requested",
        choices=[
            ("requested", _("Asked for")),
            ("cancelled_event", _("The event is cancelled")),
            ("late_money", _("Paid after the places were gone")),
            ("withdrawal", _("Right of withdrawal")),
        ],
    )
    failure = models.CharField(max_length=120, blank=True)
    requested_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="payments_refund_something"),
            models.UniqueConstraint(
                fields=["provider_refund"], condition=~Q(provider_refund=""), name="payments_provider_refund"
            ),
        ]


class Dispute(TenantModel):
    """A buyer's bank takes the money back, for a time or for good."""

    payment = TenantForeignKey(Payment, related_name="disputes")
    provider_dispute = models.CharField(max_length=80, unique=True)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default=CURRENCY)
    reason = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class LedgerAccount(models.TextChoices):
    """The few accounts of the sales sub-ledger; an association maps them to its own chart of accounts."""

    RECEIVABLE = "receivable", _("Owed by buyers")
    SALES = "sales", _("Sales")
    DUES = "dues", _("Dues")
    DONATIONS = "donations", _("Donations")
    VAT = "vat", _("VAT owed")
    PROVIDER = "provider", _("At Stripe")
    BANK = "bank", _("Bank transfers")
    TILL = "till", _("Paid at the door")
    DISPUTED = "disputed", _("Disputed")
    PLATFORM_FEE = "platform_fee", _("Platform fee")
    PROVIDER_FEE = "provider_fee", _("Stripe's fees")


class LedgerEntry(TenantModel):
    """One side of a transaction: debit positive, credit negative, in øre. The sides of a transaction sum to zero (I2)."""

    append_only = True
    may_change = ("counted",)

    transaction = models.UUIDField()
    account = models.CharField(max_length=14, choices=LedgerAccount.choices)
    amount = models.IntegerField()
    currency = models.CharField(max_length=3, default=CURRENCY)
    payment = TenantForeignKey(Payment, null=True, related_name="ledger_entries")
    about = models.CharField(max_length=64)  # opaque: the order's reference
    key = models.CharField(max_length=120)  # what happened; the same happening is never booked twice
    posted_at = models.DateTimeField()
    counted = models.BooleanField(default=False, db_default=False)  # added up by day (`sales/figures.py`)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "account"], name="payments_booked_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payments_booked_something"),
        ]
        indexes = [
            models.Index(fields=["transaction"]),
            models.Index(fields=["organization", "posted_at"]),
            models.Index(fields=["organization"], condition=Q(counted=False), name="payments_uncounted"),
        ]


class ProviderEvent(models.Model):
    """A webhook as it came in: ids only, no payload. The worker fetches the object as it is now and moves forward only."""

    event = models.CharField(max_length=80, unique=True)
    account = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)
