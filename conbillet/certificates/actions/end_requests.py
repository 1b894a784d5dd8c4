"""Whoever is erased is not waited for any more."""

from collections.abc import Collection
from uuid import UUID

from ..models import CertificateRequest


def end_requests(*, persons: Collection[UUID]) -> None:
    """Open requests expire; needs a transaction. The numbers themselves go with everything else of the person."""
    open_states = [CertificateRequest.State.ASKED, CertificateRequest.State.GIVEN]
    waiting = CertificateRequest.objects.filter(person__in=persons, state__in=open_states)
    waiting.update(state=CertificateRequest.State.EXPIRED)
