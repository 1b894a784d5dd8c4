"""Ask Stripe how far an association has come with its account."""

from datetime import datetime

from conbillet.core.actor import Actor

from ..gateway import ProviderError, gateway
from ..models import ConnectedAccount
from .connect_account import CannotConnect
from .record_account import record_account


def refresh_account(*, account: ConnectedAccount, actor: Actor, now: datetime) -> ConnectedAccount:
    """The account as Stripe has it now, recorded. Never inside a transaction. Raises CannotConnect without an answer."""
    try:
        view = gateway().account(account=account.stripe_account)
    except ProviderError:
        raise CannotConnect from None
    return record_account(
        account_id=account.pk,
        charges_enabled=view.charges_enabled,
        payouts_enabled=view.payouts_enabled,
        details_submitted=view.details_submitted,
        actor=actor,
        now=now,
    )
