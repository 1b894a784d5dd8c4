"""What must hold at all times (design: I2, I3, I5). Tests and the operator's checks ask after every scenario.

Each function returns complaints; an empty list is good.
"""

from collections.abc import Iterable

from django.db.models import F, Q, Sum

from .gateway import ChargeView
from .ledger import FEES
from .models import LedgerAccount, LedgerEntry, Payment, Refund

_MONEY = (LedgerAccount.PROVIDER, LedgerAccount.BANK, LedgerAccount.TILL, LedgerAccount.DISPUTED)


def ledger_sums_to_zero() -> list[str]:
    """I2: every transaction sums to zero per currency."""
    sums = LedgerEntry.objects.values("transaction", "currency").annotate(sum=Sum("amount")).exclude(sum=0)
    return [f"transaction {row['transaction']} sums to {row['sum']} {row['currency']}" for row in sums]


def refunds_within_captured() -> list[str]:
    """I3: what was refunded, or is on its way back, is within what was captured, and is what the refunds say."""
    asked = Sum("refunds__amount", filter=~Q(refunds__state=Refund.State.FAILED), default=0)
    wrong = Payment.objects.annotate(asked=asked).exclude(
        asked=F("refunded_amount"), refunded_amount__lte=F("captured_amount")
    )
    return [
        f"payment {payment.reference}: captured {payment.captured_amount}, refunded {payment.refunded_amount}, "
        f"its refunds ask for {payment.asked}"
        for payment in wrong
    ]


def ledger_agrees_with_payments() -> list[str]:
    """The ledger's money, fees aside, is what was captured less what went back."""
    money = Sum("amount", filter=Q(account__in=_MONEY) & ~Q(key__startswith=FEES), default=0)
    booked = {row["payment"]: row["money"] for row in LedgerEntry.objects.values("payment").annotate(money=money)}
    gone = {
        row["payment"]: row["gone"]
        for row in Refund.objects.filter(state=Refund.State.SUCCEEDED).values("payment").annotate(gone=Sum("amount"))
    }
    return [
        f"payment {reference}: the ledger has {booked.get(pk, 0)}, the rows say {captured - gone.get(pk, 0)}"
        for pk, reference, captured in Payment.objects.values_list("pk", "reference", "captured_amount")
        if booked.get(pk, 0) != captured - gone.get(pk, 0)
    ]


def charges_match(*, organization_id: int, charges: Iterable[ChargeView], complete: bool = True) -> list[str]:
    """I5: every charge at Stripe belongs to exactly one captured payment, and back; amounts and refunds agree.

    `complete`: the charges are all there are, so a payment without a charge is wrong too.
    """
    complaints, seen = [], set()
    payments = {
        payment.provider_payment: payment
        for payment in Payment.objects.filter(organization_id=organization_id).exclude(provider_payment="")
    }
    for charge in charges:
        payment = payments.get(charge.payment)
        if payment is None:
            complaints.append(f"charge {charge.id} of {charge.amount} belongs to no payment")
            continue
        if payment.pk in seen:
            complaints.append(f"charge {charge.id}: payment {payment.reference} has another charge")
        seen.add(payment.pk)
        ours = (payment.captured_amount, payment.refunded_amount, payment.currency)
        theirs = (charge.amount, charge.refunded, charge.currency)
        if ours != theirs:
            complaints.append(f"payment {payment.reference}: here {ours}, at Stripe {theirs}")
    if complete:
        complaints += [
            f"payment {payment.reference} has no charge at Stripe"
            for payment in payments.values()
            if payment.pk not in seen
        ]
    return complaints


def complaints() -> list[str]:
    """Everything that can be seen without asking Stripe."""
    return [*ledger_sums_to_zero(), *refunds_within_captured(), *ledger_agrees_with_payments()]
