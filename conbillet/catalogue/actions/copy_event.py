"""This year's convention from last year's."""

import re
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor
from conbillet.core.clock import COPENHAGEN
from conbillet.core.references import new_reference

from ..changes import CannotChange, changed, check_years, checked
from ..models import Event, Price, Product, ProductQuota, Quota, Variant
from ..slugs import free_slug, slug_of

_OWN = frozenset(
    [
        "id",
        "reference",
        "slug",
        "name",
        "state",
        "starts_on",
        "ends_on",
        "sales_open_at",
        "sales_close_at",
        "version",
        "created_at",
    ]
)


@transaction.atomic
def copy_event(
    *, event: Event, name: str, starts_on: date, ends_on: date | None = None, actor: Actor, now: datetime
) -> Event:
    """A draft with the same products, prices, sizes and quotas, nothing sold; all dates moved along with the first day.

    Years in names move too (`Kontingent 2025`). Times of day stay, also across a change of the clocks. Raises CannotChange.
    """
    check_years({"starts_on": starts_on, "ends_on": ends_on})
    days = (starts_on - event.starts_on).days
    ends_on = ends_on or event.ends_on + timedelta(days=days)
    if ends_on < starts_on:
        raise CannotChange(errors={"ends_on": [_("The last day cannot be before the first.")]})
    years = starts_on.year - event.starts_on.year
    values = {
        field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields if field.name not in _OWN
    }
    copy = Event(
        **values,
        reference=new_reference(),
        name=name,
        slug=free_slug(organization_id=event.organization_id, wanted=slug_of(name)),
        starts_on=starts_on,
        ends_on=ends_on,
        sales_open_at=_moved(event.sales_open_at, days),
        sales_close_at=_moved(event.sales_close_at, days),
        created_at=now,
    )
    checked(copy)
    copy.save()
    quotas = {}
    for quota in Quota.objects.filter(event=event).order_by("id"):
        quotas[quota.pk] = Quota.objects.create(
            organization_id=event.organization_id, event=copy, name=_years(quota.name, years), size=quota.size
        )
    for product in (
        Product.objects.filter(event=event)
        .prefetch_related("prices", "variants", "product_quotas")
        .order_by("position", "id")
    ):
        _copy_product(product, copy, quotas, days, years)
    changed(event=copy, action="event_copied", actor=actor, now=now, source=event.reference)
    return copy


def _copy_product(product: Product, event: Event, quotas: dict[int, Quota], days: int, years: int) -> None:
    prices, variants, links = (
        list(product.prices.all()),
        list(product.variants.all()),
        list(product.product_quotas.all()),
    )
    values = {
        field.attname: getattr(product, field.attname)
        for field in Product._meta.concrete_fields
        if field.name not in ("id", "event")
    }
    made = Product(**values, event=event)
    for field in ("name_da", "name_en", "description_da", "description_en"):
        setattr(made, field, _years(getattr(made, field), years))
    made.sales_open_at, made.sales_close_at = _moved(made.sales_open_at, days), _moved(made.sales_close_at, days)
    made.valid_on = made.valid_on + timedelta(days=days) if made.valid_on else None
    made.pay_by_on = made.pay_by_on + timedelta(days=days) if made.pay_by_on else None
    if made.valid_on and not event.starts_on <= made.valid_on <= event.ends_on:
        return  # a day that this year's shorter convention does not have
    made.save()
    owner = {"organization_id": event.organization_id, "product": made}
    Price.objects.bulk_create(
        Price(**owner, audience=price.audience, amount=price.amount, currency=price.currency) for price in prices
    )
    sizes = {old.pk: Variant.objects.create(**owner, name=old.name, position=old.position) for old in variants}
    ProductQuota.objects.bulk_create(
        ProductQuota(**owner, variant=sizes[link.variant_id] if link.variant_id else None, quota=quotas[link.quota_id])
        for link in links
    )


def _moved(moment: datetime | None, days: int) -> datetime | None:
    """The same time of day in Copenhagen, that many days later."""
    if moment is None:
        return None
    local = moment.astimezone(COPENHAGEN)
    return datetime.combine(
        local.date() + timedelta(days=days), time(local.hour, local.minute, local.second), COPENHAGEN
    ).astimezone(moment.tzinfo)


def _years(text: str, years: int) -> str:
    return re.sub(r"\b20\d\d\b", lambda match: str(int(match[0]) + years), text) if years else text
