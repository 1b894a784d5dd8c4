"""Create a person with an account."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import person_actor

from ..models import Account, Person


@transaction.atomic
def create_account(*, email: str, name: str, now: datetime, verified: bool = True, language: str = "da") -> Account:
    """A new person with an account and, when `verified`, a confirmed address. Without a password.

    Raises IntegrityError when somebody has the address already; `open_account` finds that account instead.
    """
    address = email.strip().lower()
    person = Person.objects.create(name=name, language=language, created_at=now, updated_at=now)
    account = Account(person=person, email=address, created_at=now)
    account.set_unusable_password()
    account.save()
    EmailAddress.objects.create(user=account, email=address, primary=True, verified=verified)
    audit.record(
        action="account_created", actor=person_actor(person.pk), now=now, organization_id=None,
        object_kind="account", object_reference=str(person.pk), subject=person.pk,
    )  # fmt: skip
    return account
