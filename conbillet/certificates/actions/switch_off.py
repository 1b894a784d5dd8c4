"""Switch the asking for certificates off."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..models import CertificateRequest, CprNumber
from ..queries import schemes_in_force


@transaction.atomic
def switch_off(*, organization: Organization, actor: Actor, now: datetime) -> int:
    """Nobody is asked any more, and all numbers are deleted at once; how many there were."""
    schemes_in_force(organization.pk).update(switched_off_at=now)
    CertificateRequest.objects.filter(
        organization=organization, state__in=[CertificateRequest.State.ASKED, CertificateRequest.State.GIVEN]
    ).update(state=CertificateRequest.State.EXPIRED)
    deleted: int = CprNumber.objects.filter(organization=organization).delete()[0]
    audit.record(
        action="certificates_switched_off",
        actor=actor,
        now=now,
        organization_id=organization.pk,
        object_kind="organization",
        object_reference=organization.slug,
    )
    return deleted
