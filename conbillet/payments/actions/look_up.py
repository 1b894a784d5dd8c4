"""Find out what a webhook was about, from Stripe itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from conbillet.core import rows
from conbillet.organizations.models import Organization

from ..findings import AccountChanged, DisputeChanged, Finding, Mismatch, RefundChanged, RefundedElsewhere
from ..gateway import ProviderMissing, gateway
from ..models import Attempt, ConnectedAccount, Payment, ProviderEvent, Refund
from .look_up_attempt import judge, look_up_attempt


class EarlierNews(Exception):
    """Something else has to be acted upon first: a refund or dispute came before its payment was confirmed."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(type(finding).__name__)
        self.finding = finding


def look_up(*, event: ProviderEvent, now: datetime) -> Finding | None:
    """The event's object as it is at Stripe now, compared with our own rows. None: nothing of ours.

    Never inside a transaction. The webhook's content plays no part: order and age of events do not matter. Raises
    ProviderUnknown when Stripe does not answer (try again) and EarlierNews.
    """
    try:
        if event.kind.startswith("checkout.session."):
            return _session(event, now)
        account = ConnectedAccount.objects.filter(stripe_account=event.account).first()
        if account is None:
            return None
        if event.kind.startswith("refund."):
            return _refund(event, account, now)
        if event.kind.startswith("charge.dispute."):
            return _dispute(event, account, now)
        if event.kind == "account.updated" and event.object_id == event.account:
            view = gateway().account(account=account.stripe_account)
            return AccountChanged(account.pk, view.charges_enabled, view.payouts_enabled, view.details_submitted)
    except ProviderMissing:
        return None
    return None


_ATTEMPT = (
    "FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id "
    "JOIN organizations_organization o ON o.id = a.organization_id "
    "JOIN payments_connectedaccount c ON c.organization_id = o.id "
)


def _attempt(where: str, values: list[Any]) -> Attempt | None:
    """An attempt with its payment, association and connected account."""
    found = rows.read(_ATTEMPT + where, values, a=Attempt, p=Payment, o=Organization, c=ConnectedAccount)
    if not found:
        return None
    attempt: Attempt
    attempt, attempt.payment, attempt.organization, account = found[0]
    attempt.organization.connected_account = account
    return attempt


def _session(event: ProviderEvent, now: datetime) -> Finding | None:
    attempt = _attempt("WHERE a.session = %s AND a.session <> ''", [event.object_id])
    if attempt is not None:
        expected = attempt.organization.connected_account.stripe_account
        if event.account != expected:
            return Mismatch(attempt.payment_id, "account", expected, event.account)
        return look_up_attempt(attempt=attempt, now=now)
    # The webhook was faster than the answer to our own call, or that answer got lost: the session names its attempt.
    account = ConnectedAccount.objects.filter(stripe_account=event.account).first()
    if account is None:
        return None
    view = gateway().session(account=account.stripe_account, session=event.object_id)
    attempt = attempt_named(key=view.attempt, account=account)
    if attempt is None or attempt.session not in ("", view.id):
        return None
    return judge(attempt=attempt, view=view)


def attempt_named(*, key: str, account: ConnectedAccount) -> Attempt | None:
    """The attempt of that association whose key something at Stripe carries."""
    try:
        found = UUID(key)
    except ValueError:
        return None
    return _attempt("WHERE a.key = %s AND a.organization_id = %s", [found, account.organization_id])


def _refund(event: ProviderEvent, account: ConnectedAccount, now: datetime) -> Finding | None:
    view = gateway().refund(account=account.stripe_account, refund=event.object_id)
    own = Refund.objects.filter(organization_id=account.organization_id).select_related("payment")
    refund = own.filter(provider_refund=view.id).first()
    if refund is None and view.key:
        try:
            refund = own.filter(key=UUID(view.key)).first()
        except ValueError:
            refund = None
    if refund is not None:
        expected = (refund.payment.provider_payment, refund.amount, refund.currency)
        found = (view.payment, view.amount, view.currency)
        if expected != found:
            return Mismatch(refund.payment_id, "refund", str(expected), str(found))
        return RefundChanged(refund.pk, view.id, view.status, view.failure)
    payment = _payment(view.payment, account, now)
    return RefundedElsewhere(payment.pk, view.id, view.amount, view.status) if payment else None


def _dispute(event: ProviderEvent, account: ConnectedAccount, now: datetime) -> Finding | None:
    view = gateway().dispute(account=account.stripe_account, dispute=event.object_id)
    payment = _payment(view.payment, account, now)
    if payment is None:
        return None
    if view.currency != payment.currency or view.amount > payment.captured_amount:
        found = f"{view.amount} {view.currency}"
        return Mismatch(payment.pk, "dispute", f"{payment.captured_amount} {payment.currency}", found)
    return DisputeChanged(payment.pk, view.id, view.amount, view.currency, view.reason, view.status, view.opened_at)


def _payment(provider_payment: str, account: ConnectedAccount, now: datetime) -> Payment | None:
    """Our payment with that PaymentIntent; raises EarlierNews when it is paid but not confirmed yet."""
    if not provider_payment:
        return None
    payment = Payment.objects.filter(provider_payment=provider_payment, organization_id=account.organization_id).first()
    if payment is not None:
        return payment
    view = gateway().session_of(account=account.stripe_account, payment=provider_payment)
    attempt = attempt_named(key=view.attempt, account=account) if view else None
    if attempt is None or view is None:
        return None
    raise EarlierNews(judge(attempt=attempt, view=view))
