"""Somebody of the crew was asked for a certificate: the mail that says so."""

from django.db import transaction

from conbillet.accounts.models import Account
from conbillet.certificates.models import CertificateRequest
from conbillet.core import clock
from conbillet.mail.actions.queue_mail import queue_mail


@transaction.atomic
def certificate_asked(*, request: int) -> None:
    """Job: tell the person, by a mail that holds neither a number nor what the request is about in detail."""
    found = CertificateRequest.objects.filter(pk=request, state=CertificateRequest.State.ASKED).first()
    if found is None or found.person_id is None:
        return
    account = Account.objects.select_related("person").filter(person_id=found.person_id).first()
    if account is None:
        return
    queue_mail(
        kind="certificate_asked",
        key=f"certificate_asked/{found.reference}",
        recipient=account.email,
        language=account.person.language or "da",
        about=found.reference,
        organization_id=None,
        person_id=account.person_id,
        now=clock.now(),
    )
