"""Switch the asking for certificates on, with its purpose and legal basis, or off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..models import CertificateRequest, CertificateScheme, CprNumber

# Of the text in web/me/templates/me/certificate.html; a new text is a new version.
CONSENT_VERSION = "2026-11-23"


class NoPurpose(Exception):
    message = _("Say what the certificates are for. Whoever is asked reads it.")


@transaction.atomic
def switch_on(
    *, organization: Organization, purpose: str, basis: str, actor: Actor, now: datetime
) -> CertificateScheme:
    """The association asks from now on; what was stated before is replaced. Raises NoPurpose."""
    purpose = " ".join(purpose.split())
    if len(purpose) < 10 or basis not in CertificateScheme.Basis.values:
        raise NoPurpose
    _end(organization, now)
    scheme = CertificateScheme.objects.create(
        organization=organization,
        purpose=purpose,
        basis=basis,
        consent_version=CONSENT_VERSION,
        switched_on_at=now,
    )
    _record("certificates_switched_on", organization, actor, now)
    return scheme


@transaction.atomic
def switch_off(*, organization: Organization, actor: Actor, now: datetime) -> int:
    """Nobody is asked any more, and all numbers are deleted at once; how many there were."""
    _end(organization, now)
    CertificateRequest.objects.filter(
        organization=organization, state__in=[CertificateRequest.State.ASKED, CertificateRequest.State.GIVEN]
    ).update(state=CertificateRequest.State.EXPIRED)
    deleted: int = CprNumber.objects.filter(organization=organization).delete()[0]
    _record("certificates_switched_off", organization, actor, now)
    return deleted


def _end(organization: Organization, now: datetime) -> None:
    CertificateScheme.objects.filter(organization=organization, switched_off_at__isnull=True).update(
        switched_off_at=now
    )


def _record(action: str, organization: Organization, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=organization.pk,
        object_kind="organization",
        object_reference=organization.slug,
    )
