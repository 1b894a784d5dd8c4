"""What follows from what a person does with their account."""

from uuid import UUID

from conbillet.accounts.models import EmailProof
from conbillet.core import clock
from conbillet.sales.actions.attach_orders import attach_orders


def email_proven(*, person: str) -> None:
    """Job: somebody has confirmed an address; orders bought with it come home. Harmless when repeated."""
    for proof in EmailProof.objects.filter(person_id=UUID(person)):
        attach_orders(person_id=proof.person_id, email=proof.email, now=clock.now())
