"""Reads: the scheme in force, whom one asks, what one was asked."""

from uuid import UUID

from django.db.models import QuerySet

from .models import CertificateRequest, CertificateScheme


def schemes_in_force(organization_id: int) -> QuerySet[CertificateScheme]:
    """One scheme, or none."""
    return CertificateScheme.objects.filter(organization_id=organization_id, switched_off_at__isnull=True)


def scheme_of(organization_id: int) -> CertificateScheme | None:
    """The scheme in force, or None: then nobody is asked for a number."""
    return schemes_in_force(organization_id).first()


def requests_of(organization_id: int) -> QuerySet[CertificateRequest]:
    """Everybody who was asked, the newest first, with their masked number while there is one."""
    found = CertificateRequest.objects.filter(organization_id=organization_id)
    return found.select_related("number", "scheme").order_by("-asked_at", "-id")


def asked_of(person_id: UUID) -> QuerySet[CertificateRequest]:
    """What a person was asked, and what became of it."""
    found = CertificateRequest.objects.filter(person_id=person_id)
    return found.select_related("number", "scheme", "organization").order_by("-asked_at", "-id")
