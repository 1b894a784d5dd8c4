"""The whole purchase over the pages, with the real fake Stripe."""

import re

from django.core import mail

from tests.visitor import ADDRESS


def test_a_purchase_for_two_with_everything(visitor, world, shop):
    page = visitor.get(visitor.base)
    assert page.status_code == 200 and not page.cookies
    added = visitor.add(adult=2, membership=1, bed=1, shirt_M=1, donation="50")
    assert (added.status_code, added["Location"]) == (303, f"{visitor.base}checkout/")
    shown = visitor.checkout()
    assert shown.status_code == 200
    assert "Køb og betal 1.150,00\u00a0kr." in shown.content.decode()
    answer = visitor.buy(
        shown,
        p1__gender="woman",
        p2__name="Bo Lund",
        p2__birth_date="29-02-1988",
        **{k.replace("-", "__"): v for k, v in ADDRESS.items()},
    )
    assert answer.status_code == 303 and answer["Location"].startswith(shop.stripe.url), answer.content.decode()
    visitor.pay_at_stripe(answer)
    order = visitor.order()
    assert (order.state, order.amount, order.buyer_email) == ("paid", 115000, "ada@example.com")
    back = visitor.get(f"/order/{order.reference}/{order.access_key}/?paid=1")
    assert back.status_code == 200 and "Bo Lund" in back.content.decode()
    assert visitor.requests + 1 <= 8  # with Stripe's own
    ticket = visitor.get(re.search(r"/ticket/[^\"]+", back.content.decode())[0])
    assert "<svg" in ticket.content.decode()
    assert mail.outbox
