"""What others need to know about accounts."""

from collections.abc import Collection
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from .models import Account, EmailProof, StaffRole
from .recovery_codes import hashes_in, row_of

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# `has_second_factor` as a condition for other rooms' statements; its parameter is the person's id.
HAS_SECOND_FACTOR = """EXISTS (SELECT FROM mfa_authenticator f JOIN accounts_account a ON a.id = f.user_id
                                WHERE a.person_id = %s AND f.type IN ('totp', 'webauthn'))"""


def account_with_email(email: str) -> Account | None:
    """The account that signs in with that address."""
    return Account.objects.select_related("person").filter(email=email.strip().lower()).first()


def has_second_factor(account: Account) -> bool:
    """Whether the account has a passkey or an authenticator app. Recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=account.pk, type__in=SECOND_FACTORS).exists()


def recovery_codes_left(account: Account) -> int | None:
    """How many unused recovery codes the account has; None when it never got any."""
    row = row_of(account.pk).first()
    return None if row is None else len(hashes_in(row))


def has_proven(account: Account, email: str) -> bool:
    """Whether the person behind the account has proven by code that the address is theirs."""
    address = email.strip().lower()
    return (
        EmailProof.objects.filter(person_id=account.person_id, email=address, method="code").exists()
        or EmailAddress.objects.filter(user=account, email=address, verified=True).exists()
    )


def staff_roles(account: Account) -> frozenset[str]:
    """The account's roles at the platform's own desk."""
    return frozenset(StaffRole.objects.filter(account_id=account.pk).values_list("kind", flat=True))


def staff_names(persons: Collection[UUID]) -> dict[UUID, str]:
    """The names of those of the persons who work at the platform's desk."""
    staff = StaffRole.objects.filter(account__person__in=persons)
    return dict(staff.values_list("account__person", "account__person__name"))


def all_staff_names() -> dict[UUID, str]:
    """Everybody who works at the platform's desk, by name."""
    return dict(StaffRole.objects.values_list("account__person", "account__person__name"))
