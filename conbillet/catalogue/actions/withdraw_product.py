"""Take a product off the page."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor

from ..changes import changed
from ..models import Product


@transaction.atomic
def withdraw_product(*, product: Product, actor: Actor, now: datetime) -> None:
    """It is no longer offered; what was sold stays sold. `update_product` offers it again. Harmless when repeated."""
    if Product.objects.filter(pk=product.pk, is_offered=True).update(is_offered=False):
        product.is_offered = False
        changed(event=product.event, action="product_withdrawn", actor=actor, now=now, product=product.pk)
