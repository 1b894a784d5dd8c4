"""A new convention from a few answers."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor
from conbillet.core.references import new_reference
from conbillet.memberships.actions.add_membership_type import add_membership_type
from conbillet.memberships.models import MembershipType, PeriodKind
from conbillet.organizations.models import Organization, VatStatus

from ..changes import CannotChange, changed, checked
from ..models import Event, Product, ProductKind, Quota
from ..product_values import ProductValues, Size, store
from ..slugs import free_slug, slug_of
from ..story import Story, plan, story_refusals


@transaction.atomic
def create_event(*, organization: Organization, story: Story, actor: Actor, now: datetime) -> Event:
    """A ready draft with products, quotas and sensible limits. Raises CannotChange with errors by answer."""
    refusals = story_refusals(story)
    if refusals:
        raise CannotChange(errors={name: [text] for name, text in refusals.items()})
    planned = plan(story, registered_for_vat=organization.vat_status == VatStatus.REGISTERED, now=now)
    event = Event(
        organization=organization,
        reference=new_reference(),
        created_at=now,
        slug=free_slug(organization_id=organization.pk, wanted=slug_of(story.name)),
        **planned.event,
    )
    checked(event)
    event.save()
    quotas = {
        name: Quota.objects.create(organization=organization, event=event, name=name, size=size)
        for name, size in planned.quotas.items()
    }
    for position, wanted in enumerate(planned.products, start=1):
        membership_type = _membership_type(organization, actor, now) if wanted.kind == ProductKind.MEMBERSHIP else None
        product = Product(
            organization=organization, event=event, kind=wanted.kind, membership_type=membership_type, position=position
        )
        values = ProductValues(
            fields=wanted.fields,
            amount=wanted.amount,
            member_amount=wanted.member_amount,
            quotas=[quotas[name] for name in wanted.quotas],
            sizes=[Size(name) for name in wanted.sizes],
        )
        store(product=product, values=values)
    changed(event=event, action="event_created", actor=actor, now=now, products=len(planned.products))
    return event


def _membership_type(organization: Organization, actor: Actor, now: datetime) -> MembershipType:
    """The association's membership for the calendar year; made when it has none yet."""
    found = (
        MembershipType.objects.filter(organization=organization, is_offered=True, period_kind=PeriodKind.CALENDAR_YEAR)
        .order_by("id")
        .first()
    )
    if found is not None:
        return found
    return add_membership_type(
        organization=organization,
        name_da=f"Medlem af {organization.name}"[:80],
        name_en=f"Member of {organization.name}"[:80],
        actor=actor,
        now=now,
    )
