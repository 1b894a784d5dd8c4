"""An address that looks like somebody's, or is compared as if it were, opens nothing of theirs."""

import pytest
from django.core.exceptions import ValidationError

from conbillet.accounts.models import EmailProof
from conbillet.core.emails import is_deceptive
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.sales.models import Order
from conbillet.web.fields import EmailAddressField
from tests.cast import make_person
from tests.purchases import ADA, order_of

LOOK_ALIKE = ["bod\u0131l@gmail.com", "bodil@gma\u0131l.com", "bodil@gmail.com".replace("b", "\uff42"), "\u017fofie@gmail.com"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["bodil@gma\u0131l.com", "bod\u0131l@gmail.com"])
def test_orders_do_not_come_home_to_a_look_alike(world, now, address):
    from dataclasses import replace

    order = order_of(world, now, Wish(world.adult.pk, 1), people=(replace(ADA, email="bodil@gmail.com"),))
    thief = make_person("Tue Tyv", "tue@example.com")
    EmailProof.objects.create(person=thief, email=address, proven_at=now)
    assert attach_orders(person_id=thief.pk, email=address, now=now) == 0
    order.refresh_from_db()
    assert order.buyer_id is None and order.participants.get().person_id is None
    # What the test guards against: compared in capitals, the two are the same to the database.
    assert Order.objects.filter(buyer_email__iexact=address).exists()


@pytest.mark.django_db
def test_capitals_make_no_difference(world, now):
    order = order_of(world, now, Wish(world.adult.pk, 1), people=(ADA,))
    Order.objects.filter(pk=order.pk).update(buyer_email="Ada@Example.com")
    me = make_person("Ada Lund", "ada@example.com")
    assert attach_orders(person_id=me.pk, email="ADA@example.com", now=now) == 1
    order.refresh_from_db()
    assert order.buyer_id == me.pk


@pytest.mark.parametrize("address", [*LOOK_ALIKE, "mi\u212ae@gmail.com", "v\u0130ctor@gmail.com", "\ufb01nn@gmail.com"])
def test_no_form_takes_one(address):
    assert is_deceptive(address)
    with pytest.raises(ValidationError):
        EmailAddressField().clean(address)


@pytest.mark.parametrize("address", ["ada@example.com", "bestyrelsen@blåbærgrød.dk", "info@café.dk", "post@straße.de", "hej@ærø.dk"])
def test_danish_letters_in_a_domain_are_no_trick(address):
    assert EmailAddressField().clean(address.upper() if address.isascii() else address) == address
