"""Give an account another e-mail address."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Account
from ..queries import account_with_email
from .prove_email import prove_email


class EmailTaken(Exception):
    """Another account has the address. Said only to somebody who has just proven that the mailbox is theirs."""

    message = _("You have another account with this address. Sign in with it instead, or choose another address.")


@transaction.atomic
def change_email(*, account: Account, email: str, actor: Actor, now: datetime) -> None:
    """The account's address becomes `email`; call it only after the address's code was given. Raises EmailTaken."""
    address = email.strip().lower()
    account = Account.objects.select_for_update().get(pk=account.pk)
    other = account_with_email(address)
    if other is not None and other.pk != account.pk:
        raise EmailTaken
    EmailAddress.objects.filter(user=account).delete()
    EmailAddress.objects.create(user=account, email=address, primary=True, verified=True)
    Account.objects.filter(pk=account.pk).update(email=address)
    prove_email(person=account.person, email=address, method="code", now=now)
    audit.record(
        action="email_changed", actor=actor, now=now, organization_id=None,
        object_kind="account", object_reference=str(account.person_id), subject=account.person_id,
    )  # fmt: skip
