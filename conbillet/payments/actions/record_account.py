"""What an association's account at Stripe may do."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import SYSTEM, Actor

from ..models import ConnectedAccount


@transaction.atomic
def record_account(
    *,
    account_id: int,
    charges_enabled: bool,
    payouts_enabled: bool,
    details_submitted: bool,
    now: datetime,
    actor: Actor = SYSTEM,
) -> ConnectedAccount:
    """Record what Stripe says about an account; audited when something has changed."""
    account = ConnectedAccount.objects.select_for_update().get(pk=account_id)
    before = (account.charges_enabled, account.payouts_enabled, account.details_submitted)
    after = (charges_enabled, payouts_enabled, details_submitted)
    account.charges_enabled, account.payouts_enabled, account.details_submitted = after
    account.checked_at = now
    account.save()
    if before != after:
        audit.record(
            action="payment_account_changed",
            actor=actor,
            now=now,
            organization_id=account.organization_id,
            object_kind="connected_account",
            object_reference=account.stripe_account,
            charges_enabled=charges_enabled,
            payouts_enabled=payouts_enabled,
            details_submitted=details_submitted,
        )
    return account
