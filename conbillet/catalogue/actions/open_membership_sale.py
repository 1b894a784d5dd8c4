"""Sell memberships of a year without any event."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor
from conbillet.core.references import new_reference
from conbillet.memberships.models import MembershipType
from conbillet.organizations.models import Organization, VatStatus

from ..changes import CannotChange, changed, check_years, checked
from ..models import MEMBERSHIPS_ONLY, Event, Product, ProductKind
from ..product_values import ProductValues, store
from ..rules import usual_vat
from ..slugs import free_slug
from .publish_event import publish_event


@transaction.atomic
def open_membership_sale(
    *, organization: Organization, year: int, offers: Sequence[tuple[MembershipType, int]], actor: Actor, now: datetime
) -> Event:
    """A live sale of these types at these prices (gross, in øre) until the end of the year; one a year. Raises CannotChange.

    It is an event that is no convention, so that everything about orders, money and receipts is as with any other. Its
    day is 31 December, on which grant bodies ask for the age.
    """
    last = date(year, 12, 31)
    check_years({"ends_on": last})
    if not offers:
        raise CannotChange(_("Say what at least one membership costs."))
    Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    if sale_of(organization_id=organization.pk, year=year) is not None:
        raise CannotChange(_("The memberships of that year are for sale already."))
    event = Event(
        organization=organization,
        reference=new_reference(),
        slug=free_slug(organization_id=organization.pk, wanted=f"medlemskab-{year}"),
        name=f"Medlemskab {year}",
        kind=MEMBERSHIPS_ONLY,
        starts_on=last,
        ends_on=last,
        created_at=now,
    )
    checked(event)
    event.save()
    registered = organization.vat_status == VatStatus.REGISTERED
    for position, (membership_type, amount) in enumerate(offers, start=1):
        product = Product(
            organization=organization, event=event, kind=ProductKind.MEMBERSHIP, membership_type=membership_type,
            position=position,
        )  # fmt: skip
        names = {
            "name_da": f"Kontingent, {membership_type.name_da}"[:80],
            "name_en": f"Dues, {membership_type.name_en or membership_type.name_da}"[:80],
            "vat_code": usual_vat(ProductKind.MEMBERSHIP, registered=registered),
            "needs_person": True,
        }
        store(product=product, values=ProductValues(fields=names, amount=amount))
    changed(event=event, action="event_created", actor=actor, now=now, products=len(offers))
    return publish_event(event=event, actor=actor, now=now)


def sale_of(*, organization_id: int, year: int) -> Event | None:
    """The association's sale of memberships alone in that year, whatever its state; None when there is none."""
    return (
        Event.objects.filter(organization_id=organization_id, kind=MEMBERSHIPS_ONLY, ends_on__year=year)
        .exclude(state=Event.State.CANCELLED)
        .order_by("pk")
        .first()
    )
