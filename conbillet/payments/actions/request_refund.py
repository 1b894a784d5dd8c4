"""Give money back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..ledger import Unbalanced, book, split_booked
from ..models import LedgerAccount, Payment, Refund
from .settle_refund import settle_refund


class RefundTooLarge(Exception):
    """More than is left of the payment (I3)."""

    message = _("There is not that much left to refund of this payment.")

    def __str__(self) -> str:
        return str(self.message)


class RefundUnderWay(Exception):
    """The same money is on its way by another refund, or has gone back."""

    message = _("This refund is on its way again already.")

    def __str__(self) -> str:
        return str(self.message)


@transaction.atomic
def request_refund(
    *,
    payment: Payment,
    amount: int,
    reason: str,
    about: str,
    actor: Actor,
    now: datetime,
    split: Mapping[str, int] | None = None,
) -> Refund:
    """Ask for `amount` øre of a captured payment to be given back; the worker sends it. Raises RefundTooLarge.

    One conditional update keeps refunds within what was captured, also when two ask at once. `split` says which accounts
    the money is taken back from, and sums to `amount`; it may be left out when the whole payment goes back. From now on
    the association owes it to the buyer. Money that came by transfer or at the door goes back by hand: it is recorded as
    refunded at once.
    """
    if amount < 1:
        raise ValueError("a refund gives back at least one øre")
    if split is None:
        split = split_booked(payment)
    if sum(split.values()) != amount:
        raise Unbalanced(f"{payment.reference}: the split sums to {sum(split.values())} øre, not {amount}")
    refund = _take_and_record(payment, amount, reason, about, actor, now)
    sides = {**split, LedgerAccount.RECEIVABLE: -amount}
    book(
        organization_id=payment.organization_id,
        key=f"refund:{refund.key}",
        about=payment.about,
        payment=payment,
        sides=sides,
        now=now,
    )
    _send(refund, payment, actor, now)
    return refund


@transaction.atomic
def repeat_refund(*, refund: Refund, actor: Actor, now: datetime) -> Refund:
    """Try a failed refund once more, as a new one. What the association owes the buyer was booked with the first.

    Raises RefundUnderWay when that was done before, also by somebody at this very moment.
    """
    refund = Refund.objects.select_for_update().select_related("payment").get(pk=refund.pk)
    if refund.state != Refund.State.FAILED:
        raise ValueError("only a failed refund is repeated")
    # Asked after the failed row is locked: whoever repeats it at the same moment waits, and then sees the new one.
    newer = Refund.objects.filter(payment_id=refund.payment_id, about=refund.about, pk__gt=refund.pk)
    if refund.about and newer.exclude(state=Refund.State.FAILED).exists():
        raise RefundUnderWay
    payment = refund.payment
    again = _take_and_record(payment, refund.amount, refund.reason, refund.about, actor, now)
    _send(again, payment, actor, now)
    return again


def _take_and_record(payment: Payment, amount: int, reason: str, about: str, actor: Actor, now: datetime) -> Refund:
    taken = Payment.objects.filter(
        pk=payment.pk, state=Payment.State.CAPTURED, captured_amount__gte=F("refunded_amount") + amount
    ).update(refunded_amount=F("refunded_amount") + amount)
    if not taken:
        raise RefundTooLarge
    return Refund.objects.create(
        organization_id=payment.organization_id,
        payment=payment,
        about=about,
        amount=amount,
        currency=payment.currency,
        reason=reason,
        requested_by_id=actor.person_id,
        requested_at=now,
    )


def _send(refund: Refund, payment: Payment, actor: Actor, now: datetime) -> None:
    audit.record(
        action="refund_requested",
        actor=actor,
        now=now,
        organization_id=payment.organization_id,
        object_kind="payment",
        object_reference=payment.reference,
        amount=refund.amount,
        reason=refund.reason,
        refund=refund.key,
    )
    if payment.method == Payment.Method.CARD:
        announce("refund_requested", refund=refund.pk)
    else:
        settle_refund(refund=refund, provider_refund="", status="succeeded", failure="", actor=actor, now=now)
