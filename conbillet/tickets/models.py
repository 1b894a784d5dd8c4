"""Issued tickets, check-in and what was handed out."""

from django.db import models
from django.db.models import Q

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event, Product
from conbillet.core.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField
from conbillet.sales.models import OrderLine, Participant


class TicketKey(models.Model):
    """The public half of a signing key; the private half is a file outside the database."""

    office_access = "read"

    key_id = models.CharField(max_length=8, unique=True)
    public_key = models.BinaryField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)


class Ticket(TenantModel):
    """Entitles its holder to one line of a paid order: to enter, to sleep, to eat. One ticket a line (I4)."""

    event = TenantForeignKey(Event, related_name="tickets")
    line = TenantOneToOneField(OrderLine, related_name="ticket")
    participant = TenantForeignKey(Participant, null=True, related_name="tickets")
    reference = models.CharField(max_length=16, unique=True)
    access_key = models.CharField(max_length=32)  # the secret in the ticket page's link
    generation = models.PositiveSmallIntegerField(default=1)  # counted up by a transfer: older codes stop working
    admits = models.BooleanField()
    issued_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["event", "participant"]),
            models.Index(fields=["event"], condition=Q(void_reason="erased"), name="tickets_of_erased"),
            models.Index(fields=["voided_at"], condition=Q(voided_at__isnull=False), name="tickets_voided"),
        ]


class CheckIn(TenantModel):
    """Somebody was let in. A unique row decides: a second live one for the same ticket cannot exist."""

    ticket = TenantForeignKey(Ticket, related_name="check_ins")
    event = TenantForeignKey(Event, related_name="check_ins")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    device = models.CharField(max_length=40, blank=True)
    # A random number that the page gave this scan: sent again, after an answer was lost, it gets the same answer.
    scan = models.CharField(max_length=36, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    undo_reason = models.CharField(max_length=120, blank=True)
    counted = models.BooleanField(default=False, db_default=False)  # one of those in `InsideCount`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(undone_at__isnull=True), name="tickets_in_only_once"
            ),
            models.CheckConstraint(
                # The reason is asked for when it is taken back; it is free text, and emptied when its time has come.
                condition=Q(undo_reason="") | Q(undone_at__isnull=False),
                name="tickets_undo_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "at"]),
            models.Index(
                fields=["event"],
                condition=Q(undone_at__isnull=True, counted=False) | Q(undone_at__isnull=False, counted=True),
                name="tickets_check_in_uncounted",
            ),
        ]


class InsideCount(TenantModel):
    """How many live check-ins of an event are `counted`, by product. What came or was undone since is added by whoever reads."""

    office_access = "read"

    event = TenantForeignKey(Event, related_name="+")
    product = TenantForeignKey(Product, null=True, related_name="+")
    people = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "product"], nulls_distinct=False, name="tickets_inside_of_product")
        ]


class HandOut(TenantModel):
    """A thing that belongs to an order line (a T-shirt, a meal voucher) was handed over, once."""

    line = TenantOneToOneField(OrderLine, related_name="hand_out")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
