"""Find or create the account of somebody who has just proven an e-mail address."""

from datetime import datetime

from django.db import IntegrityError, transaction

from ..models import Account
from ..queries import account_with_email
from .create_account import create_account
from .prove_email import prove_email


@transaction.atomic
def open_account(*, email: str, language: str, now: datetime) -> tuple[Account, bool]:
    """The account with that address, and whether it is new. Call it only after the address's code was given.

    Signing up and signing in are one thing, so no page, status, mail or waiting time tells who has an account.
    """
    account, created = account_with_email(email), False
    if account is None:
        try:
            with transaction.atomic():
                account, created = create_account(email=email, name="", now=now, language=language), True
        except IntegrityError:
            # Somebody else with the same mailbox was a moment faster: another tab, a double click.
            account = Account.objects.select_related("person").get(email=email.strip().lower())
    prove_email(person=account.person, email=email, method="code", now=now)
    return account, created
