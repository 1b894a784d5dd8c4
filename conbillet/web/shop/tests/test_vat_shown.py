"""VAT is said line by line before anybody pays, and not at all where there is none."""

from conbillet.catalogue.models import Event, Product
from conbillet.organizations.models import Organization, VatStatus


def cart_of(page) -> str:
    return page.content.decode().split('id="cart-h"')[1].split("</section>")[0]


def test_a_registered_association_says_the_vat_of_each_line(visitor, world):
    Organization.objects.filter(pk=world.organization.pk).update(vat_status=VatStatus.REGISTERED)
    Product.objects.filter(pk=world.adult.pk).update(vat_code="standard_25")
    Event.objects.filter(pk=world.event.pk).update(version=world.event.version + 1)
    visitor.add(adult=2, membership=1)
    cart = cart_of(visitor.checkout())
    assert cart.count("heraf moms") == 1  # dues have none
    amount = next(price.amount for price in world.adult.prices.all() if price.audience == "ordinary")
    member = next((price.amount for price in world.adult.prices.all() if price.audience == "member"), amount)
    vat = round(amount / 5) + round(member / 5)
    assert f"heraf moms {vat // 100},{vat % 100:02}" in cart.replace("\xa0", " ")


def test_without_vat_nothing_is_said(visitor, world):
    visitor.add(adult=2)
    assert "heraf moms" not in cart_of(visitor.checkout())
