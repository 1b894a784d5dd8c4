"""The main journey: from a cart to a paid order with tickets. Read these functions first.

`place_order` and `pay` belong to the visitor's request, `confirm_payment` to the worker (or to the request, when there is
nothing to pay). Late and doubled webhooks, and money that comes after the places are gone, are branches of
`confirm_payment`, and nowhere else.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import ProductKind
from conbillet.consents.models import Acceptance
from conbillet.core import clock, rows
from conbillet.core.actor import SYSTEM, Actor
from conbillet.core.live import notify
from conbillet.core.rows import gathered
from conbillet.payments.actions.capture_payment import capture_payment
from conbillet.payments.actions.expect_payment import expect_payment
from conbillet.payments.actions.expire_checkout import expire_checkout
from conbillet.payments.actions.request_refund import request_refund
from conbillet.payments.actions.start_checkout import CannotCheckOut, NothingToPay, start_checkout
from conbillet.payments.checkout import SHORTEST, CheckoutLine
from conbillet.payments.gateway import Fees
from conbillet.payments.models import LedgerAccount, Payment
from conbillet.payments.queries import note_complete
from conbillet.sales.actions.cancel_order import CannotCancel, cancel_order
from conbillet.sales.actions.extend_payment_time import TooLate, extend_payment_time
from conbillet.sales.actions.issue_receipt import issue_receipt
from conbillet.sales.actions.place_order import OrderDetails
from conbillet.sales.actions.place_order import place_order as place_in_sales
from conbillet.sales.actions.settle_order import PlacesAreGone, settle_order
from conbillet.sales.models import Cart, Hold, Order, OrderLine, Receipt
from conbillet.sales.queries import lines_with_people
from conbillet.tickets.actions.issue_tickets import issue_tickets
from conbillet.usage.counter import count_step
from conbillet.usage.steps import Step

from .links import order_link
from .notifications.queueing import queue_confirmation, queue_order_ended, queue_order_mail

PLATFORM_FEE = "platform_fee"  # the kind of a line that is the platform's, taken by Stripe as application fee


@dataclass(frozen=True)
class Accepted:
    """Which versions of terms and policy the buyer accepted with this order."""

    terms: str
    policy: str


class TooLateToPay(CannotCheckOut):
    message = _("The time to pay has run out. Order again while there are places left.")


@transaction.atomic
def place_order(*, cart: Cart, details: OrderDetails, accepted: Accepted, actor: Actor, now: datetime) -> Order:
    """Acceptance, order with frozen prices, expected payment: one transaction. An order for nothing is paid at once.

    Raises a `CannotPlaceOrder`; then nothing is stored.
    """
    with gathered():
        order = place_in_sales(cart=cart, details=details, actor=actor, now=now)
        for document, version in (("terms", accepted.terms), ("policy", accepted.policy)):
            rows.add(
                Acceptance,
                person_id=order.buyer_id,
                document=document,
                version=version,
                about=order.reference,
                accepted_at=now,
            )
        payment = expect_payment(
            organization_id=order.organization_id,
            about=order.reference,
            amount=order.amount,
            method=order.method,
            now=now,
        )
    if order.amount == 0:
        return confirm_payment(payment_id=payment.pk, amount=0, provider_payment="", provider_method="", now=now)
    if order.method != Order.Method.CARD:
        queue_order_mail(kind="unpaid", order=order, now=now)
    return order


def pay(*, order: Order, now: datetime) -> str:
    """The address at Stripe where an unpaid order is paid. Calls Stripe, so outside any transaction.

    Raises what `start_checkout` raises, or TooLateToPay. Asking twice gives the same open session. Whoever comes back
    late gets the places kept until the new session ends.
    """
    if order.state != Order.State.AWAITING_PAYMENT or order.method != Order.Method.CARD or order.pay_by_at is None:
        raise NothingToPay
    (payment,) = rows.read("FROM payments_payment p WHERE p.about = %s", [order.reference], p=Payment)
    if order.pay_by_at < now + SHORTEST and not payment.attempts.filter(state="open", expires_at__gt=now).exists():
        try:
            order.pay_by_at = extend_payment_time(order=order, now=now).pay_by_at
        except TooLate:
            raise TooLateToPay from None
    order_lines = lines_with_people(order)
    counts: Counter[tuple[str, int]] = Counter((line.text, line.amount) for line in order_lines)
    attempt = start_checkout(
        payment=payment,
        lines=[CheckoutLine(text, amount, quantity) for (text, amount), quantity in counts.items() if amount > 0],
        email=order.buyer_email,
        language=order.language,
        success_url=f"{order_link(order)}?paid=1",
        cancel_url=f"{order_link(order)}?gave_up=1",
        expires_at=order.pay_by_at or now,
        application_fee=sum(line.amount for line in order_lines if line.kind == PLATFORM_FEE),
        now=now,
    )
    return attempt.url


@transaction.atomic
def confirm_payment(
    *,
    payment_id: int,
    amount: int,
    provider_payment: str,
    provider_method: str,
    now: datetime,
    fees: Fees | None = None,
    attempt_id: int | None = None,
) -> Order:
    """The money is there: settle, mark paid, grant memberships, issue tickets, enqueue the mail; one transaction.

    Idempotent: a second call for a captured payment changes nothing. Money that comes too late is admitted again while
    places are left, and otherwise goes back by itself, with a mail.
    """
    order, hold, payment = _lock(payment_id)
    if is_confirmed(payment):
        note_complete(attempt_id=attempt_id)
        return order
    lines = lines_with_people(order)
    captured = partial(
        capture_payment,
        payment=payment,
        amount=amount,
        provider_payment=provider_payment,
        provider_method=provider_method,
        split=split_of(lines),
        fees=fees,
        now=now,
    )
    try:
        # Everything that follows travels to the database as one statement, but for what others wait for: the places,
        # and the association's counter of receipts.
        with gathered():
            settle_order(
                order=order,
                hold=hold,
                lines=lines,
                payment_reference=payment.reference,
                payment_method=provider_method or payment.method,
                actor=SYSTEM,
                now=now,
            )
            captured()
            note_complete(attempt_id=attempt_id)
            issue_tickets(order=order, lines=lines, now=now)
            queue_confirmation(order=order, lines=lines, now=now)
            receipt = provider_payment or payment.reference
            issue_receipt(order=order, kind=Receipt.Kind.RECEIPT, lines=lines, payment_reference=receipt, now=now)
            notify(f"order:{order.reference}")
        _count(order, Step.PAID, now)
    except PlacesAreGone:
        captured()
        note_complete(attempt_id=attempt_id)
        request_refund(
            payment=payment, amount=amount, reason="late_money", about=order.reference, actor=SYSTEM, now=now
        )
        queue_order_mail(kind="late_money", order=order, now=now)
        _count(order, Step.REFUSED, now, "late_money")
    return order


def _count(order: Order, step: Step, now: datetime, detail: str = "") -> None:
    """Once the transaction stands: a number in this process's memory (`usage`), nothing about the order."""
    organization, event, language = order.organization_id, order.event_id, order.language
    transaction.on_commit(
        lambda: count_step(organization, event, step, language=language, now=now, detail=detail), robust=True
    )


_TO_CONFIRM = (
    "FROM payments_payment p JOIN sales_order o ON o.reference = p.about JOIN sales_hold h ON h.order_id = o.id "
    "WHERE p.id = %s FOR UPDATE OF h, o, p"
)


def _lock(payment_id: int) -> tuple[Order, Hold, Payment]:
    """What a payment confirms, as it is now, locked in the order of the house: hold, order, payment."""
    found = rows.read(_TO_CONFIRM, [payment_id], h=Hold, o=Order, p=Payment)
    if not found:
        raise Payment.DoesNotExist(payment_id)
    locked: tuple[Hold, Order, Payment] = found[0]
    hold, order, payment = locked
    hold.order = order
    return order, hold, payment


def payment_expired(*, payment_id: int, now: datetime) -> None:
    """Stripe's session ran out or was given up: end the unpaid order, so that its places are free at once."""
    payment = Payment.objects.get(pk=payment_id)
    order = Order.objects.get(reference=payment.about)
    try:
        cancel_order(order=order, reason="", actor=SYSTEM, now=now)
    except CannotCancel:
        return
    Payment.objects.filter(pk=payment_id, state=Payment.State.EXPECTED).update(state=Payment.State.EXPIRED)


def is_confirmed(payment: Payment) -> bool:
    """Was this (locked) payment confirmed before? Doubled webhooks end here."""
    return payment.state == Payment.State.CAPTURED


def split_of(lines: list[OrderLine]) -> dict[str, int]:
    """How much of the lines' sum is sales, dues, donations, fee and VAT, in øre (the ledger's credit side)."""
    accounts = {
        ProductKind.MEMBERSHIP: LedgerAccount.DUES,
        ProductKind.DONATION: LedgerAccount.DONATIONS,
        PLATFORM_FEE: LedgerAccount.PLATFORM_FEE,
    }
    split: Counter[str] = Counter()
    for line in lines:
        split[accounts.get(line.kind, LedgerAccount.SALES)] += line.amount - line.vat_amount
        split[LedgerAccount.VAT] += line.vat_amount
    return {account: amount for account, amount in split.items() if amount}


def order_ended(*, order: int) -> None:
    """Job: an unpaid order was cancelled or ran out. Its payment is expected no more, who is to be told is told, and a
    page at Stripe that is still open is closed at once.

    Raises CheckoutUnknown when Stripe does not answer: the job is tried again, and the reconciler comes by, too.
    """
    found = Order.objects.select_related("event").get(pk=order)
    if found.state not in {Order.State.CANCELLED, Order.State.EXPIRED}:
        return
    with transaction.atomic():
        Payment.objects.filter(about=found.reference, state=Payment.State.EXPECTED).update(state=Payment.State.EXPIRED)
        queue_order_ended(order=found, now=clock.now())
    if found.state == Order.State.CANCELLED and found.method == Order.Method.CARD:
        expire_checkout(payment=Payment.objects.get(about=found.reference), now=clock.now())
