"""Change what an association says about itself."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Organization
from .create_organization import CannotCreateOrganization, OrganizationDetails, detail_refusal


class CannotUpdateOrganization(CannotCreateOrganization):
    """The details cannot be; the message says why, `field` says where."""


@transaction.atomic
def update_organization(
    *, organization: Organization, details: OrganizationDetails, actor: Actor, now: datetime
) -> list[str]:
    """Store the details; returns the names of the fields that changed. Raises CannotUpdateOrganization."""
    problem = detail_refusal(details)
    if problem:
        raise CannotUpdateOrganization(problem[1], problem[0])
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    changed = [name for name, value in asdict(details).items() if getattr(organization, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(organization, name, getattr(details, name))
    organization.save(update_fields=changed)
    audit.record(
        action="organization_updated", actor=actor, now=now, organization_id=organization.pk,
        object_kind="organization", object_reference=organization.slug, fields=changed,
    )  # fmt: skip
    return changed
