"""How allauth's sign-in creates our persons."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from conbillet.core import clock

from .models import Account, Person


class AccountAdapter(DefaultAccountAdapter):
    """An account always belongs to a person; both are made together."""

    def new_user(self, request: HttpRequest) -> Account:
        now = clock.now()
        return Account(created_at=now, person=Person(created_at=now, updated_at=now))

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:
        account: Account = super().save_user(request, user, form, commit=False)
        if commit:
            account.person.save()
            account.person_id = account.person.pk
            account.save()
        return account
