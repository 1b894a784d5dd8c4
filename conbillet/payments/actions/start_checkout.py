"""Send a buyer to the payment provider."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from conbillet.core import rows
from conbillet.core.prepared import columns, fetch_one, made, run

from .. import gateway as provider
from ..checkout import METHODS, CheckoutLine, fingerprint, request_for, session_end
from ..models import Attempt, ConnectedAccount, Payment
from .end_attempt import end_attempt

# Younger than this, a call may still be under way, so a session that is not found may yet appear.
_IN_FLIGHT = timedelta(seconds=60)
_ROUNDS = 4
# The association's account, and the attempt that is under way, if one is.
_ACCOUNT = (
    "FROM payments_connectedaccount a "
    "LEFT JOIN payments_attempt t ON t.payment_id = %s AND t.state IN ('starting', 'open') "
    "WHERE a.organization_id = %s AND a.charges_enabled"
)
_BEGIN = (
    "INSERT INTO payments_attempt (organization_id, payment_id, key, state, session, url, fingerprint, started_at, expires_at) "  # noqa: S608
    "VALUES (%s, %s, %s, 'starting', '', '', %s, %s, %s) ON CONFLICT (payment_id) WHERE state IN ('starting', 'open') "
    f"DO NOTHING RETURNING {columns(Attempt, 'payments_attempt')}"
)
_OPEN = "UPDATE payments_attempt SET state = 'open', session = %s, url = %s WHERE id = %s AND state = 'starting'"
_PATIENCE = 5  # seconds


class CannotCheckOut(Exception):
    """The buyer cannot be sent to the payment provider. `message` says why, fit for the visitor."""

    message = _("The payment could not be started.")

    def __str__(self) -> str:
        return str(self.message)


class CheckoutUnavailable(CannotCheckOut):
    message = _("The association cannot take payments by card at the moment. Please try again later, or write to it.")


class CheckoutFailed(CannotCheckOut):
    message = _("The payment could not be started: the payment provider refused. You have not paid anything.")


class CheckoutUnknown(CannotCheckOut):
    message = _("The payment provider does not answer. You have not paid anything. Please try again in a moment.")


class NothingToPay(CannotCheckOut):
    message = _("This order is not waiting for a payment by card.")


class AlreadyPaid(CannotCheckOut):
    message = _("This order has been paid. The confirmation is on its way.")


def start_checkout(
    *,
    payment: Payment,
    lines: Sequence[CheckoutLine],
    email: str,
    language: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    now: datetime,
    application_fee: int = 0,
) -> Attempt:
    """An open Checkout Session for the payment, on the association's own account; the buyer is sent to `attempt.url`.

    Calls Stripe, so never inside a transaction. The attempt is committed first and its key is the idempotency key. When
    the outcome is not known, the attempt stays `starting`, and the next call repeats the same request with the same key;
    there is no new key before it is known that the old one left nothing behind. While a session is open, asking again
    (double click, back button) gives that session, unless it says what no longer holds (another e-mail address): then it
    is ended and a new one made. Raises one of the CannotCheckOut above.
    """
    if payment.state != Payment.State.EXPECTED or payment.method != Payment.Method.CARD or not payment.amount:
        raise NothingToPay
    if sum(line.total for line in lines) != payment.amount:
        raise ValueError("the lines do not sum to the payment's amount")
    api = provider.gateway()
    methods: tuple[str, ...] = METHODS

    def asked(key: UUID, end: datetime, methods: tuple[str, ...]) -> dict[str, Any]:
        return request_for(
            key=key,
            reference=payment.reference,
            amount=payment.amount,
            currency=payment.currency,
            lines=lines,
            email=email,
            language=language,
            success_url=success_url,
            cancel_url=cancel_url,
            expires_at=end,
            methods=methods,
            application_fee=application_fee,
        )

    for _round in range(_ROUNDS):
        found = rows.read(_ACCOUNT, [payment.pk, payment.organization_id], a=ConnectedAccount, t=Attempt)
        if not found:
            raise CheckoutUnavailable
        account, attempt = found[0]
        if attempt is not None and attempt.state == Attempt.State.OPEN:
            same = {fingerprint(asked(attempt.key, attempt.expires_at, ways)) for ways in (METHODS, METHODS[:1])}
            if attempt.expires_at > now and attempt.fingerprint in same:
                return attempt
            _end(attempt, account, now)
            continue

        key = attempt.key if attempt else uuid4()
        end = attempt.expires_at if attempt else session_end(expires_at, now)
        request = asked(key, end, methods)
        repeated = attempt is not None
        if attempt is None:
            values = [payment.organization_id, payment.pk, key, fingerprint(request), now, end]
            begun = fetch_one(_BEGIN, values)
            if begun is None:
                continue  # somebody else (a second click) has just begun: join that attempt
            attempt = made(Attempt, begun)
        elif attempt.fingerprint != fingerprint(request):
            _end(attempt, account, now)
            continue

        try:
            session = api.create_session(account=account.stripe_account, key=str(key), request=request)
        except provider.KeyReused:
            _end(attempt, account, now)
            continue
        except provider.ProviderBusy:
            _wait_for_the_other(attempt)
            continue
        except provider.ProviderRefused as refusal:
            Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.STARTING).update(state=Attempt.State.REFUSED)
            if refusal.param == "payment_method_types" and len(methods) > 1:
                methods = METHODS[:1]  # the association has not switched MobilePay on
                continue
            if repeated:
                continue  # its end has come too near meanwhile; nothing was made, so a new attempt may begin
            raise CheckoutFailed from None
        except provider.ProviderUnknown:
            if repeated and now - attempt.started_at > _IN_FLIGHT:
                # The key may have remembered a failure for good. Look whether it left a session behind.
                _end(attempt, account, now)
                continue
            raise CheckoutUnknown from None
        return _opened(attempt, session, account)
    raise CheckoutUnknown


def _wait_for_the_other(attempt: Attempt) -> None:
    """A second click came while the first one's call is under way: it will be answered in a moment, for both."""
    for _try in range(_PATIENCE * 4):
        time.sleep(0.25)
        if not Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.STARTING).exists():
            return
    raise CheckoutUnknown


def _opened(attempt: Attempt, session: provider.SessionView, account: ConnectedAccount) -> Attempt:
    """Record the session, unless the attempt was ended meanwhile: then nobody may pay it."""
    if run(_OPEN, [session.id, session.url, attempt.pk]) == 0:
        attempt.refresh_from_db()
        if attempt.state == Attempt.State.OPEN and attempt.session == session.id:
            return attempt
        _end(attempt, account, attempt.started_at, session=session.id)
        raise CheckoutFailed
    attempt.state, attempt.session, attempt.url = Attempt.State.OPEN, session.id, session.url
    return attempt


def _end(attempt: Attempt, account: ConnectedAccount, now: datetime, *, session: str = "") -> None:
    try:
        ended = end_attempt(attempt=attempt, account=account, session=session)
    except provider.ProviderUnknown:
        raise CheckoutUnknown from None
    if not ended:
        raise AlreadyPaid
