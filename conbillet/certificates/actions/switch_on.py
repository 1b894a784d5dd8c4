"""Switch the asking for certificates on, with its purpose and legal basis."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..models import CertificateScheme
from ..queries import schemes_in_force

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
    schemes_in_force(organization.pk).update(switched_off_at=now)
    scheme = CertificateScheme.objects.create(
        organization=organization,
        purpose=purpose,
        basis=basis,
        consent_version=CONSENT_VERSION,
        switched_on_at=now,
    )
    audit.record(
        action="certificates_switched_on",
        actor=actor,
        now=now,
        organization_id=organization.pk,
        object_kind="organization",
        object_reference=organization.slug,
    )
    return scheme
