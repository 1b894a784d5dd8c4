"""Ask Stripe what became of an attempt."""

from datetime import datetime, timedelta

from ..findings import CheckoutExpired, CheckoutOpen, Finding, Mismatch, PaymentCaptured
from ..gateway import ProviderMissing, SessionView, gateway
from ..models import Attempt
from .end_attempt import CLOCK_SLACK, remember_session

_IN_FLIGHT = timedelta(minutes=1)


def look_up_attempt(*, attempt: Attempt, now: datetime) -> Finding | None:
    """What Stripe says about an attempt's session now. None: there is no session (yet).

    Never inside a transaction. An attempt whose call left nothing behind is ended, so that a new one can begin.
    """
    api, account = gateway(), attempt.organization.connected_account.stripe_account
    try:
        if attempt.session:
            view = api.session(account=account, session=attempt.session)
            return judge(attempt=attempt, view=view)
    except ProviderMissing:
        return None
    since = attempt.started_at - CLOCK_SLACK
    found = api.find_session(account=account, attempt=str(attempt.key), since=since)
    if found is None:
        if now - attempt.started_at > _IN_FLIGHT:
            Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.STARTING).update(state=Attempt.State.REFUSED)
        return None
    return judge(attempt=attempt, view=found)


def judge(*, attempt: Attempt, view: SessionView) -> Finding:
    """Compare a session with our own rows (attempt, currency, amount) and say what it means."""
    payment = attempt.payment
    if view.attempt != str(attempt.key):
        return Mismatch(payment.pk, "attempt", str(attempt.key), view.attempt)
    remember_session(attempt=attempt, view=view)
    if view.status == "expired":
        return CheckoutExpired(payment.pk, attempt.pk)
    if not view.paid:
        return CheckoutOpen(payment.pk, attempt.pk)
    if view.currency != payment.currency:
        return Mismatch(payment.pk, "currency", payment.currency, view.currency)
    if view.amount != payment.amount:
        return Mismatch(payment.pk, "amount", str(payment.amount), str(view.amount))
    if payment.provider_payment not in ("", view.payment):
        return Mismatch(payment.pk, "payment", payment.provider_payment, view.payment)
    return PaymentCaptured(payment.pk, view.amount, view.currency, view.payment, view.method, attempt.pk, view.fees)
