"""Change what is said about a product, its prices, sizes and quotas."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor

from ..changes import changed
from ..models import Product
from ..product_values import ProductValues, store


@transaction.atomic
def update_product(*, product: Product, values: ProductValues, actor: Actor, now: datetime) -> Product:
    """Store the values. What people have bought keeps its frozen price and text. Raises CannotChange."""
    product = Product.objects.select_for_update(of=("self",)).select_related("event").get(pk=product.pk)
    store(product=product, values=values)
    changed(
        event=product.event,
        action="product_updated",
        actor=actor,
        now=now,
        product=product.pk,
        amount=values.amount,
        member_amount=values.member_amount,
    )
    return product
