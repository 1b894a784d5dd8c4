"""Note that a person has proven an e-mail address."""

from datetime import datetime
from typing import Literal

from allauth.account.models import EmailAddress
from django.db import transaction

from conbillet.core.facts import announce

from ..models import EmailProof, Person


@transaction.atomic
def prove_email(*, person: Person, email: str, method: Literal["code", "order_link"], now: datetime) -> EmailProof:
    """Keep the proof and tell upstairs (`email_proven`): orders bought as a guest with that address come home.

    Told each time, also when the address was proven before: there may be new orders since.
    """
    address = email.strip().lower()
    proof = EmailProof.objects.filter(person=person, email=address, method=method).first()
    if proof is None:
        proof = EmailProof(person=person, email=address, method=method)
    proof.proven_at = now
    proof.save()
    if method == "code":
        EmailAddress.objects.filter(user__person=person, email=address, verified=False).update(verified=True)
    announce("email_proven", person=person.pk)
    return proof
