"""What somebody has in the cart keeps its quotas and sizes, whatever the office would like to change."""

import pytest

from conbillet.catalogue.actions.update_product import update_product
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.product_values import ProductValues, Size
from conbillet.sales.models import Cart, CartLine


@pytest.fixture
def by(world, now):
    return {"actor": world.actor(world.owner), "now": now}


def values(amount=5000, **options):
    fields = {"name_da": "Morgenmad", "name_en": "Breakfast", **options.pop("fields", {})}
    return ProductValues(fields=fields, amount=amount, **options)


def in_cart(world, product, variant=None):
    from conbillet.core.references import new_reference
    from tests.cast import NOW

    own = {"organization": world.organization}
    cart = Cart.objects.create(event=world.event, reference=new_reference(), created_at=NOW, changed_at=NOW, **own)
    CartLine.objects.create(cart=cart, product=product, variant=variant, **own)


def test_what_somebody_has_in_the_cart_keeps_its_quotas_and_sizes(world, by):
    """A refund gives places back to the quotas of now: were they others than those sold from, counters would go wrong."""
    in_cart(world, world.shirt, world.sizes["L"])
    keep = [Size("M", 3, world.sizes["M"].pk), Size("L", 1, world.sizes["L"].pk)]
    for wrong in (
        values(sizes=keep[:1]),
        values(sizes=[keep[0], Size("L", None, keep[1].id)]),
        values(sizes=keep, quotas=[world.people]),
    ):
        with pytest.raises(CannotChange):
            update_product(product=world.shirt, values=wrong, **by)
    in_cart(world, world.adult)
    with pytest.raises(CannotChange):
        update_product(product=world.adult, values=values(quotas=[]), **by)
    update_product(product=world.shirt, values=values(9900, sizes=[*keep, Size("XL", 4)]), **by)
    assert world.shirt.variants.count() == 3
