"""An association gets an account of its own at Stripe."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..gateway import ProviderError, gateway
from ..models import ConnectedAccount


class CannotConnect(Exception):
    """Stripe does not answer or refuses."""

    message = _("Stripe does not answer at the moment. Please try again.")

    def __str__(self) -> str:
        return str(self.message)


def connect_account(
    *, organization: Organization, return_url: str, refresh_url: str, actor: Actor, now: datetime
) -> str:
    """The address at Stripe where the association sets up (or completes) its account; the account is made when missing.

    Never inside a transaction, so not on a page that runs in one. Stripe sends the visitor to `return_url` afterwards,
    or to `refresh_url` when the address has grown too old; neither proves anything: ask `refresh_account`. Raises
    CannotConnect.
    """
    account = ConnectedAccount.objects.filter(organization=organization).first()
    try:
        api = gateway()
        if account is None:
            details = {"email": organization.email, "name": organization.name, "url": organization.website}
            # The same request for the same association gives the same account, whatever happens to the answer.
            told = hashlib.sha256("\n".join(details.values()).encode()).hexdigest()[:24]
            view = api.create_account(key=f"connect-{organization.pk}-{told}", **details)
            account = _record(organization, view.id, actor, now)
        return api.account_link(account=account.stripe_account, return_url=return_url, refresh_url=refresh_url)
    except ProviderError:
        raise CannotConnect from None


def _record(organization: Organization, stripe_account: str, actor: Actor, now: datetime) -> ConnectedAccount:
    try:
        with transaction.atomic():
            account = ConnectedAccount.objects.create(
                organization=organization, stripe_account=stripe_account, connected_at=now, checked_at=now
            )
            audit.record(
                action="payment_account_connected",
                actor=actor,
                now=now,
                organization_id=organization.pk,
                object_kind="connected_account",
                object_reference=stripe_account,
            )
            return account
    except IntegrityError:
        return ConnectedAccount.objects.get(organization=organization)  # a double click
