"""A new convention from a few answers."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization, VatStatus

from ..changes import CannotChange, changed, check_years, checked
from ..membership_types import calendar_year_type
from ..models import Event, Product, ProductKind, Quota
from ..product_values import ProductValues, Size, store
from ..slugs import free_slug, slug_of
from ..story import Story, plan, story_refusals


@transaction.atomic
def create_event(*, organization: Organization, story: Story, actor: Actor, now: datetime) -> Event:
    """A ready draft with products, quotas and sensible limits. Raises CannotChange with errors by answer."""
    check_years({"starts_on": story.starts_on, "ends_on": story.ends_on})
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
        membership_type = None
        if wanted.kind == ProductKind.MEMBERSHIP:
            membership_type = calendar_year_type(organization=organization, actor=actor, now=now)
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
