"""Codes and notices about somebody's account, by mail."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.actions.change_email import change_email
from conbillet.accounts.codes import PendingCode
from conbillet.accounts.models import Account
from conbillet.core.actor import Actor
from conbillet.core.rate_limits import spend
from conbillet.core.references import new_reference
from conbillet.mail.actions.queue_mail import queue_mail

HOUR, DAY = 3600, 86_400


class TooManyCodes(Exception):
    """Enough codes were asked for; said to everybody alike, whether the address has an account or not."""

    message = _("We have sent many codes to this address. Wait an hour, and try again.")


@transaction.atomic
def send_code(*, pending: PendingCode, language: str, network: str, now: datetime) -> None:
    """Queue the mail with the code, whoever the address belongs to. Raises TooManyCodes.

    Every address gets the same mail, so neither the page nor the mailbox tells whether there is an account.
    """
    within = (
        spend("codes an hour", pending.email, amount=5, seconds=HOUR, now=now)
        and spend("codes a day", pending.email, amount=15, seconds=DAY, now=now)
        and spend("codes from", network, amount=30, seconds=HOUR, now=now)
    )
    if not within:
        raise TooManyCodes
    queue_mail(
        kind=f"code_{pending.purpose}",
        key=f"code/{pending.reference}",
        recipient=pending.email,
        language=language,
        about=pending.reference,
        organization_id=None,
        person_id=None,
        now=now,
    )


@transaction.atomic
def notify_account(*, account: Account, what: str, language: str, now: datetime, recipient: str = "") -> None:
    """Tell somebody by mail that something about the security of their account was changed (`account_letters.NOTICES`)."""
    queue_mail(
        kind="security_notice",
        key=f"notice/{new_reference(20)}",
        recipient=recipient or account.email,
        language=language,
        about=what,
        organization_id=None,
        person_id=account.person_id,
        now=now,
    )


@transaction.atomic
def move_to_email(*, account: Account, email: str, actor: Actor, language: str, now: datetime) -> None:
    """The account gets the proven address `email`, and the old address is told. Raises EmailTaken."""
    old = account.email
    change_email(account=account, email=email, actor=actor, now=now)
    if old != email:
        notify_account(account=account, what="email_changed", language=language, now=now, recipient=old)
