"""Finish what no webhook announced, and compare our books with Stripe's."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from conbillet.core import audit, clock
from conbillet.core.actor import SYSTEM
from conbillet.core.facts import announce
from conbillet.core.models import AuditEntry
from conbillet.core.rate_limits import spend
from conbillet.payments.actions.compare_charges import Difference, compare_charges
from conbillet.payments.actions.connect_account import CannotConnect
from conbillet.payments.actions.end_attempt import LIVE, end_attempt
from conbillet.payments.actions.look_up_attempt import look_up_attempt
from conbillet.payments.actions.look_up_money import look_up_disputes, look_up_money
from conbillet.payments.actions.refresh_account import refresh_account
from conbillet.payments.actions.send_refund import send_refund
from conbillet.payments.findings import CheckoutOpen
from conbillet.payments.gateway import ProviderRefused, ProviderUnknown
from conbillet.payments.models import Attempt, ConnectedAccount, Payment, Refund
from conbillet.sales.models import Order
from conbillet.workflows.provider_events import act_on

log = logging.getLogger("conbillet.reconciliation")

# Webhooks come within seconds; what is later than this is asked after.
PATIENCE = timedelta(minutes=2)
# Refunds older than this (pending at the bank, or asked for while Stripe was down) are asked after every hour.
YOUNG = timedelta(hours=1)
MOST = 200
COMPARED = timedelta(days=3)


@dataclass(frozen=True)
class Reconciled:
    """What a run did. `stopped`: Stripe does not answer, so the rest was left for the next run."""

    attempts: int = 0
    refunds: int = 0
    stopped: bool = False


def reconcile(*, now: datetime) -> Reconciled:
    """Ask Stripe about attempts and refunds that have waited too long, and act on what it says. Every minute.

    An attempt is asked after when it is two minutes old, then at twice its age each time, and when its time is up: few
    calls, also during a rush. One row that goes wrong does not hold up the others.
    """
    attempts = refunds = 0
    try:
        for attempt in _attempts_due(now):
            attempts += 1
            _finish_attempt(attempt, now)
        for refund in _refunds_due(since=now - YOUNG, until=now - PATIENCE):
            refunds += 1
            _finish_refund(refund, now)
    except ProviderUnknown:
        return Reconciled(attempts, refunds, stopped=True)
    return Reconciled(attempts, refunds)


def buyer_waits(*, order: Order, now: datetime) -> bool:
    """The buyer is back from Stripe and no webhook has come: have Stripe asked now, once in ten seconds at most.

    That somebody came back proves nothing; what Stripe answers does. Whether it is asked is returned.
    """
    if order.state != Order.State.AWAITING_PAYMENT or order.method != Order.Method.CARD:
        return False
    with transaction.atomic():
        if not spend("asked for a waiting buyer", order.reference, amount=1, seconds=10, now=now):
            return False
        announce("buyer_waits", order=order.reference)
    return True


def ask_for_buyer(*, order: str) -> None:
    """Job: look up the order's attempt at Stripe. When Stripe does not answer either, the reconciler comes by later."""
    live = Attempt.objects.filter(payment__about=order, state__in=LIVE)
    for attempt in live.select_related("payment", "organization__connected_account"):
        try:
            _finish_attempt(attempt, clock.now())
        except ProviderUnknown:
            return


def reconcile_accounts(*, now: datetime, since: datetime | None = None) -> list[Difference]:
    """Compare the last days' charges of every association's account with our payments (I5). Every hour; and all charges
    `since` the moment to which a backup was restored.

    What Stripe can explain is mended; what is left is written into the audit log, once, and returned. Raises ProviderUnknown
    when `since` is given: what Stripe was not asked is not known.
    """
    left: list[Difference] = []
    try:
        for refund in _refunds_due(since=None, until=now - YOUNG):
            _finish_refund(refund, now)
    except ProviderUnknown:
        if since is not None:
            raise
        return left
    for account in ConnectedAccount.objects.exclude(details_submitted=False, charges_enabled=False):
        try:
            left += _reconcile_account(account, now, min(since or now, now - COMPARED))
        except (ProviderUnknown, ProviderRefused, CannotConnect) as problem:
            if since is not None and isinstance(problem, ProviderUnknown):
                raise
            log.warning("account %s could not be compared: %s", account.pk, type(problem).__name__)
    return left


def _attempts_due(now: datetime) -> QuerySet[Attempt]:
    instant = Value(now, output_field=DateTimeField())
    waited = ExpressionWrapper(instant - F("checked_at"), output_field=DurationField())
    age_when_checked = ExpressionWrapper(F("checked_at") - F("started_at"), output_field=DurationField())
    due = (
        Q(checked_at=None)
        | Q(waited__gte=F("age_when_checked"))
        | Q(expires_at__lte=now, checked_at__lt=F("expires_at"))
    )
    live = Attempt.objects.filter(state__in=LIVE, started_at__lte=now - PATIENCE)
    annotated = live.annotate(waited=waited, age_when_checked=age_when_checked).filter(due)
    return annotated.select_related("payment", "organization__connected_account").order_by("started_at")[:MOST]


def _finish_attempt(attempt: Attempt, now: datetime) -> None:
    try:
        finding = look_up_attempt(attempt=attempt, now=now)
        if isinstance(finding, CheckoutOpen) and attempt.payment.state != Payment.State.EXPECTED:
            # The order ended, but nobody got to tell Stripe: what is not for sale any more is not to be paid.
            end_attempt(attempt=attempt, account=attempt.organization.connected_account)
        elif finding is not None:
            act_on(finding=finding, now=now)
    except ProviderUnknown:
        raise
    except Exception:
        log.exception("attempt %s could not be finished", attempt.pk)
    Attempt.objects.filter(pk=attempt.pk).update(checked_at=now)


def _refunds_due(*, since: datetime | None, until: datetime) -> QuerySet[Refund]:
    waiting = Refund.objects.filter(state=Refund.State.REQUESTED, requested_at__lte=until)
    if since is not None:
        waiting = waiting.filter(requested_at__gt=since)
    return waiting.select_related("payment").order_by("requested_at")[:MOST]


def _finish_refund(refund: Refund, now: datetime) -> None:
    try:
        send_refund(refund=refund, now=now)
    except ProviderUnknown:
        raise
    except Exception:
        log.exception("refund %s could not be sent", refund.pk)


def _reconcile_account(account: ConnectedAccount, now: datetime, since: datetime) -> list[Difference]:
    refresh_account(account=account, actor=SYSTEM, now=now)
    differences = compare_charges(account=account, since=since, now=now)
    findings = [
        finding for difference in differences for finding in look_up_money(account=account, difference=difference)
    ]
    findings += look_up_disputes(account=account, since=since)
    for finding in findings:
        act_on(finding=finding, now=now)
    if differences:
        differences = compare_charges(account=account, since=since, now=now)
    for difference in differences:
        _report(account, difference, now)
    return differences


def _report(account: ConnectedAccount, difference: Difference, now: datetime) -> None:
    """Leave word for the association's treasurer, once for each difference."""
    reference = (difference.charge or difference.provider_payment)[:64]
    action = f"difference_{difference.kind}"
    known = AuditEntry.objects.filter(object_kind="charge", object_reference=reference, action=action)
    if not known.exists():
        audit.record(
            action=action,
            actor=SYSTEM,
            now=now,
            organization_id=account.organization_id,
            object_kind="charge",
            object_reference=reference,
            expected=difference.expected,
            found=difference.found,
        )
