"""Ask somebody of the crew for what a child-protection certificate needs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization, Role

from ..models import CertificateRequest
from ..queries import scheme_of


class CannotAsk(Exception):
    """Why somebody cannot be asked."""

    message = _("This person cannot be asked.")


class NotSwitchedOn(CannotAsk):
    message = _("First say what the certificates are for.")


class NotCrew(CannotAsk):
    message = _("Only people who work for the association can be asked.")


class AskedAlready(CannotAsk):
    message = _("This person has been asked already.")


@transaction.atomic
def ask_for_certificate(
    *, organization: Organization, person_id: UUID, name: str, actor: Actor, now: datetime
) -> CertificateRequest:
    """A request, and a mail that says so (without anything of it). Raises a CannotAsk. Buyers can never be asked."""
    scheme = scheme_of(organization.pk)
    if scheme is None:
        raise NotSwitchedOn
    if not Role.objects.filter(organization=organization, person_id=person_id).exists():
        raise NotCrew
    open_states = [CertificateRequest.State.ASKED, CertificateRequest.State.GIVEN]
    if CertificateRequest.objects.filter(
        organization=organization, person_id=person_id, state__in=open_states
    ).exists():
        raise AskedAlready
    request = CertificateRequest.objects.create(
        organization=organization,
        scheme=scheme,
        reference=new_reference(),
        person_id=person_id,
        name=name,
        asked_at=now,
    )
    audit.record(
        action="certificate_asked",
        actor=actor,
        now=now,
        organization_id=organization.pk,
        object_kind="certificate_request",
        object_reference=request.reference,
        subject=person_id,
    )
    announce("certificate_asked", request=request.pk)
    return request
