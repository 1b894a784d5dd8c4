"""The only way by which an office page obtains an event: from the standing of the actor."""

from conbillet.organizations.access import NotFound, Standing

from .models import Event, Product, Quota


def get_event(*, standing: Standing, slug: str) -> Event:
    """The association's event with that slug; NotFound for any other, also one of another association."""
    event = Event.objects.filter(organization=standing.organization, slug=slug).first()
    if event is None:
        raise NotFound
    event.organization = standing.organization
    return event


def get_product(*, event: Event, number: int) -> Product:
    """A product of this very event, with prices, sizes and quotas."""
    product = (
        Product.objects.filter(event=event, pk=number)
        .prefetch_related("prices", "variants__product_quotas__quota", "product_quotas")
        .first()
    )
    if product is None:
        raise NotFound
    product.event = event
    return product


def get_quota(*, event: Event, number: int) -> Quota:
    quota = Quota.objects.filter(event=event, pk=number).first()
    if quota is None:
        raise NotFound
    quota.event = event
    return quota
