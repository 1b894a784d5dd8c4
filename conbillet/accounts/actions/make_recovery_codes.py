"""New recovery codes for an account; the former ones stop working."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from ..models import Account
from ..recovery_codes import hash_of, new_codes, row_of, stored


@transaction.atomic
def make_recovery_codes(*, account: Account, now: datetime) -> list[str]:
    """The codes, to be shown now and never again: only their hashes are kept."""
    Account.objects.select_for_update().get(pk=account.pk)
    row_of(account.pk).delete()
    codes = new_codes()
    Authenticator.objects.create(
        user=account,
        type=Authenticator.Type.RECOVERY_CODES,
        data=stored([hash_of(account, code) for code in codes]),
        created_at=now,
    )
    return codes
