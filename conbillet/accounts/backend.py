"""How accounts are found again at each request: allauth's backend, with a prepared statement."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from conbillet.core.prepared import columns, fetch_one, made

from .models import Account

_SELECT = f"SELECT {columns(Account, 'a')} FROM accounts_account a WHERE a.id = %s AND a.is_active"  # noqa: S608  our own names only


class AccountBackend(AuthenticationBackend):
    """As its parent in all but `get_user`."""

    def get_user(self, user_id: Any) -> Account | None:
        row = fetch_one(_SELECT, [user_id])
        return made(Account, row) if row else None
