"""A recovery code is good for one time."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from conbillet.core.references import same_secret

from ..models import Account
from ..recovery_codes import as_typed, hash_of, hashes_in, row_of, stored


class WrongRecoveryCode(Exception):
    """It is none of this account's, or it was used already."""


@transaction.atomic
def use_recovery_code(*, account: Account, code: str) -> Authenticator:
    """Take it, and forget its hash. Raises WrongRecoveryCode."""
    row: Authenticator | None = row_of(account.pk).select_for_update().first()
    meant = as_typed(code)
    if row is None or not meant:
        raise WrongRecoveryCode
    given, kept = hash_of(account, meant), hashes_in(row)
    left = [one for one in kept if not same_secret(given, one)]
    if len(left) == len(kept):
        raise WrongRecoveryCode
    row.data = stored(left)
    row.save(update_fields=["data"])
    return row
