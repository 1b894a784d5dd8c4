"""Start an association: whoever starts it is its owner."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from stdnum.dk import cvr as danish_cvr

from conbillet.accounts.models import Person
from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Organization, Role, RoleKind, VatStatus
from ..slugs import slug_refusal


class CannotCreateOrganization(Exception):
    """The association cannot be started like this; the message says why, `field` says where."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True)
class OrganizationDetails:
    """What an association says about itself. The address on ConBillet (`slug`) is chosen once."""

    name: str
    email: str
    cvr: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    website: str = ""
    about_da: str = ""
    about_en: str = ""
    vat_status: str = VatStatus.NOT_REGISTERED
    accounting_year_start_month: int = 1
    accent_colour: str = "#7c3aed"


def detail_refusal(details: OrganizationDetails) -> tuple[str, str] | None:
    """(field, why) when the details contradict each other or cannot be, else None."""
    if details.cvr and not danish_cvr.is_valid(details.cvr):
        return "cvr", str(_("This is not a CVR number. It has eight digits, and one of them does not fit."))
    if details.vat_status == VatStatus.REGISTERED and not details.cvr:
        return "cvr", str(_("An association that is registered for VAT has a CVR number."))
    if not 1 <= details.accounting_year_start_month <= 12:
        return "accounting_year_start_month", str(_("Choose a month."))
    return None


def create_organization(
    *, slug: str, details: OrganizationDetails, owner: Person | None, actor: Actor, now: datetime
) -> Organization:
    """A new association with `owner` as its owner, or without one (by the operator). Raises CannotCreateOrganization."""
    problem = detail_refusal(details)
    if problem:
        raise CannotCreateOrganization(problem[1], problem[0])
    refusal = slug_refusal(slug)
    if refusal:
        raise CannotCreateOrganization(refusal, "slug")
    try:
        with transaction.atomic():
            organization = Organization.objects.create(slug=slug, created_at=now, **asdict(details))
            if owner is not None:
                Role.objects.create(
                    organization=organization, person=owner, kind=RoleKind.OWNER, granted_at=now, granted_by=owner
                )
                actor = actor.for_organization(organization.pk, RoleKind.OWNER)
            audit.record(
                action="organization_created", actor=actor, now=now,
                organization_id=organization.pk, object_kind="organization", object_reference=slug,
            )  # fmt: skip
            return organization
    except IntegrityError:
        # Somebody took the address between our look and our insert.
        raise CannotCreateOrganization(slug_refusal(slug) or "", "slug") from None
