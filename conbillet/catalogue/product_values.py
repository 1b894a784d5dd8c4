"""What the office says about a product, and how it is stored: prices, sizes and the quotas that a unit takes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from conbillet.core.money import LARGEST_AMOUNT

from .changes import CannotChange, check_years, checked
from .models import Event, Price, Product, ProductKind, ProductQuota, Quota, Variant
from .usage import in_use

FIELDS = frozenset(
    [
        "name_da",
        "name_en",
        "description_da",
        "description_en",
        "is_offered",
        "vat_code",
        "valid_on",
        "age_from",
        "age_to",
        "needs_person",
        "needs_ticket",
        "per_order",
        "sales_open_at",
        "sales_close_at",
        "pay_by_on",
    ]
)
MOST_SIZES = 30


@dataclass(frozen=True)
class Size:
    """One size or version. `stock` None: not counted. `id` names an existing one."""

    name: str
    stock: int | None = None
    id: int | None = None


@dataclass(frozen=True)
class ProductValues:
    """`fields` are columns of Product; amounts are gross øre; `member_amount` None: members pay the same."""

    fields: Mapping[str, Any]
    amount: int
    member_amount: int | None = None
    quotas: Sequence[Quota] = ()
    sizes: Sequence[Size] = field(default_factory=tuple)


def store(*, product: Product, values: ProductValues) -> None:
    """Write a new or changed product with all that belongs to it. Raises CannotChange; the caller's transaction rolls back."""
    unknown = set(values.fields) - FIELDS
    if unknown:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    check_years(values.fields)
    for name, value in values.fields.items():
        setattr(product, name, value)
    _check(product, values)
    checked(product)
    product.save()
    _store_prices(product, values)
    _store_links(product, None, [quota.pk for quota in values.quotas])
    _store_sizes(product, values.sizes)


def _check(product: Product, values: ProductValues) -> None:
    event = product.event
    if not 0 <= values.amount <= LARGEST_AMOUNT:
        raise CannotChange(errors={"amount": [_("That price cannot be.")]})
    if values.member_amount is not None and not 0 <= values.member_amount <= LARGEST_AMOUNT:
        raise CannotChange(errors={"member_amount": [_("That price cannot be.")]})
    if values.member_amount is not None and product.kind in (ProductKind.MEMBERSHIP, ProductKind.DONATION):
        raise CannotChange(errors={"member_amount": [_("This has one price for everybody.")]})
    if product.age_from is not None and product.age_to is not None and product.age_to < product.age_from:
        raise CannotChange(errors={"age_to": [_("The highest age cannot be below the lowest.")]})
    if product.valid_on and not event.starts_on <= product.valid_on <= event.ends_on:
        raise CannotChange(errors={"valid_on": [_("That day is outside the event.")]})
    if product.sales_open_at and product.sales_close_at and product.sales_close_at <= product.sales_open_at:
        raise CannotChange(errors={"sales_close_at": [_("The sale must close after it opens.")]})
    if any(quota.event_id != event.pk for quota in values.quotas):
        raise CannotChange(errors={"quotas": [_("That quota belongs to another event.")]})
    if len(values.sizes) > MOST_SIZES:
        raise CannotChange(errors={"sizes": [_("There can be at most %(most)s sizes.") % {"most": MOST_SIZES}]})
    names = [size.name.strip().lower() for size in values.sizes]
    if "" in names or len(set(names)) < len(names):
        raise CannotChange(errors={"sizes": [_("Each size needs a name of its own.")]})


def _store_prices(product: Product, values: ProductValues) -> None:
    wanted = {Price.Audience.ORDINARY: values.amount, Price.Audience.MEMBER: values.member_amount}
    for audience, amount in wanted.items():
        if amount is None:
            Price.objects.filter(product=product, audience=audience).delete()
        else:
            Price.objects.update_or_create(
                product=product,
                audience=audience,
                defaults={"amount": amount, "organization_id": product.organization_id},
            )


def _store_links(product: Product, variant: Variant | None, quota_ids: Sequence[int]) -> None:
    """Make the unit take from exactly these quotas.

    Refunds give places back to the quotas that a product takes from now, so this is fixed once somebody has bought it.
    """
    links = ProductQuota.objects.filter(product=product, variant=variant)
    before = set(links.values_list("quota_id", flat=True))
    if before == set(quota_ids):
        return
    if in_use(product if variant is None else variant):
        raise CannotChange(
            _(
                "Somebody has bought this or has it in the cart, so what it takes from can no longer be changed. "
                "Withdraw it and make a new product instead."
            )
        )
    links.exclude(quota_id__in=quota_ids).delete()
    ProductQuota.objects.bulk_create(
        ProductQuota(organization_id=product.organization_id, product=product, variant=variant, quota_id=pk)
        for pk in quota_ids
        if pk not in before
    )


def _store_sizes(product: Product, sizes: Sequence[Size]) -> None:
    existing = {variant.pk: variant for variant in product.variants.all()}
    if any(size.id is not None and size.id not in existing for size in sizes):
        raise CannotChange(errors={"sizes": [_("Somebody else has changed the list meanwhile. Look at it again.")]})
    if sizes and not existing and in_use(product):
        raise CannotChange(
            errors={
                "sizes": [_("It was bought without a size already. Withdraw it and make a new product with sizes.")]
            }
        )
    for gone in set(existing) - {size.id for size in sizes}:
        _remove(existing[gone])
    # Names are set aside first, so that two sizes can change places.
    for size in sizes:
        if size.id is not None and existing[size.id].name != size.name:
            Variant.objects.filter(pk=size.id).update(name=f"\u0001{size.id}")
    for position, size in enumerate(sizes, start=1):
        variant = existing.get(size.id or 0) or Variant(organization_id=product.organization_id, product=product)
        variant.name, variant.position = size.name.strip(), position
        checked(variant, exclude_constraints=True)
        variant.save()
        _store_stock(product, variant, size.stock)


def _remove(variant: Variant) -> None:
    if in_use(variant):
        raise CannotChange(
            errors={
                "sizes": [
                    _("“%(size)s” was bought already and cannot be removed. Set its stock to what is sold instead.")
                    % {"size": variant.name}
                ]
            }
        )
    quotas = list(Quota.objects.filter(product_quotas__variant=variant))
    variant.delete()
    for quota in quotas:
        _drop_if_free(quota)


def _store_stock(product: Product, variant: Variant, stock: int | None) -> None:
    """A counted size has a quota of its own, named after it."""
    own = Quota.objects.filter(product_quotas__variant=variant).first()
    if stock is None:
        if own is not None:
            _store_links(product, variant, [])
            _drop_if_free(own)
        return
    name = f"{product.name_da} {variant.name}"[:80]
    if own is None:
        own = Quota(organization_id=product.organization_id, event=product.event, name=name, size=stock)
        checked(own)
        own.save()
        _store_links(product, variant, [own.pk])
    elif (own.size, own.name) != (stock, name):
        updated = (
            Quota.objects.annotate(taken=F("held") + F("sold"))
            .filter(pk=own.pk, taken__lte=stock)
            .update(size=stock, name=name)
        )
        if not updated:
            own.refresh_from_db()
            raise CannotChange(
                errors={
                    "sizes": [
                        _("“%(size)s”: %(taken)s are sold or in carts, so there must be at least that many.")
                        % {
                            "size": variant.name,
                            "taken": own.sold + own.held,
                        }
                    ]
                }
            )


def _drop_if_free(quota: Quota) -> None:
    if not quota.product_quotas.exists() and quota.held == 0 and quota.sold == 0 and not in_use(quota):
        quota.delete()


def next_position(event: Event) -> int:
    last = Product.objects.filter(event=event).order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1
