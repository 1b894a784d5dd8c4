"""How to reach somebody who was erased while silence was asked for: an address, sealed, until they are told.

Under a key of the installation, since the person's own is destroyed with them; see decision 26. Nothing else is kept,
nothing but the telling reads it, and the erasure's receipt does not speak of it.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from conbillet.accounts.models import Account
from conbillet.core.keys import InstallationKeys, SealBroken

from .models import AuthorityCase, AuthoritySubject
from .reach import Subject

_NONCE_BYTES = 12
# A case in one of these may still have somebody to tell.
OPEN = (AuthorityCase.State.WAITING, AuthorityCase.State.APPROVED, AuthorityCase.State.DELIVERED)


@dataclass(frozen=True)
class Contact:
    """Where to write to, and in which language."""

    email: str
    language: str


def keep_contacts(subject: Subject) -> int:
    """Before the subject is erased: seal an address under each case that names them and has not told them. How many.

    Needs a transaction. The address of somebody without an account leaves its column; an id that says nothing stands in.
    """
    accounts = Account.objects.filter(person__in=subject.persons).select_related("person")
    known = {account.person_id: Contact(account.email, account.person.language or "da") for account in accounts}
    rows = AuthoritySubject.objects.annotate(address=Lower("email")).filter(case__told_at=None, case__state__in=OPEN)
    named = rows.filter(Q(subject_id__in=subject.persons) | Q(address__in=subject.emails))
    count = 0
    for one in named.select_for_update(of=("self",)).order_by("pk"):
        contact = known.get(one.subject_id) if one.subject_id else Contact(one.email, "da")
        if contact is None:
            continue
        one.sealed_contact = _seal(one, contact)
        one.subject_id, one.email = one.subject_id or uuid4(), ""
        one.save(update_fields=["sealed_contact", "subject_id", "email"])
        count += 1
    return count


def contact_of(named: AuthoritySubject) -> Contact | None:
    """The address that was kept; None where none was. Raises SealBroken when it belongs to another row or was altered."""
    if named.sealed_contact is None:
        return None
    sealed = bytes(named.sealed_contact)
    try:
        plain = AESGCM(_key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(named))
    except InvalidTag:
        raise SealBroken("a contact that was kept for telling was altered, or belongs to another row") from None
    return Contact(**json.loads(plain))


def kept_contacts() -> "QuerySet[AuthoritySubject]":
    """The rows with an address that was kept."""
    return AuthoritySubject.objects.filter(sealed_contact__isnull=False)


def forget_told_contacts(*, now: datetime) -> int:
    """Destroy addresses of cases that have told everybody or ended without a hand-over; how many. Both do it at once:
    this is the net below them."""
    over = kept_contacts().exclude(case__told_at=None, case__state__in=OPEN)
    return over.update(sealed_contact=None)


def _seal(named: AuthoritySubject, contact: Contact) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    plain = json.dumps({"email": contact.email, "language": contact.language}).encode()
    return nonce + AESGCM(_key()).encrypt(nonce, plain, _place(named))


def _place(named: AuthoritySubject) -> bytes:
    return f"privacy_authoritysubject/sealed_contact/{named.pk}".encode()


def _key() -> bytes:
    return InstallationKeys(settings.CONBILLET_KEYS / "installation").key_for("authority-contacts")
