"""The mail of an invitation."""

from conbillet.core import clock
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.organizations.models import Invitation


def invitation_made(*, invitation: int, language: str) -> None:
    """Job: send the link to the invited address. Harmless when repeated; says nothing when it was withdrawn meanwhile."""
    found = Invitation.objects.filter(pk=invitation, accepted_at__isnull=True, withdrawn_at__isnull=True).first()
    if found is None:
        return
    queue_mail(
        kind="invitation",
        key=f"invitation/{found.pk}",
        recipient=found.email,
        language=language,
        about=str(found.pk),
        organization_id=found.organization_id,
        person_id=None,
        now=clock.now(),
    )
