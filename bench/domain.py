"""Purchases by one call each, in this process: `python -m bench.domain` prints the queries of one purchase, then reads
how many to do from each line of its input, and answers with the CPU and wall milliseconds of one as JSON."""

import json
import sys
import time
from typing import Any

import django

WARM_UP = 40


def main() -> None:
    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from conbillet.catalogue.models import Event
    from conbillet.catalogue.offer import offer_of
    from conbillet.core import clock
    from conbillet.core.actor import ANONYMOUS
    from conbillet.payments.models import Payment
    from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
    from conbillet.sales.actions.place_order import OrderDetails, PersonDetails
    from conbillet.sales.queries import lines_of
    from conbillet.workflows import purchase
    from conbillet.workflows.purchase import Accepted, confirm_payment, place_order

    event = Event.objects.get(slug="bench")
    products = offer_of(event).products.values()
    product = next(one for one in products if one.kind == "ticket" and one.age_from == 18 and one.valid_on is None)
    person = PersonDetails(
        name="Bente Bænk",
        email="bench@example.com",
        birth_date=clock.now().date().replace(year=1990, day=1),
        postcode="8000",
        city="Aarhus C",
    )

    payments: list[Payment] = []

    def expect_payment(**values: Any) -> Payment:
        # Stripe tells which payment came; here it is remembered.
        payments[:] = [expected(**values)]
        return payments[0]

    expected, purchase.expect_payment = purchase.expect_payment, expect_payment

    def buy() -> None:
        """Cart with a hold; order, acceptance, expected payment; confirmed payment with ticket, receipt, ledger, mail."""
        now = clock.now()
        cart = add_to_cart(event=event, cart=None, wishes=[Wish(product.pk, 1)], language="da", now=now)
        (line,) = lines_of(cart)
        details = OrderDetails(buyer=person, method="card", people={"1": person}, people_of={line.pk: "1"})
        order = place_order(cart=cart, details=details, accepted=Accepted("1", "1"), actor=ANONYMOUS, now=now)
        confirm_payment(
            payment_id=payments[0].pk,
            amount=order.amount,
            provider_payment=f"pi_{order.reference}",
            provider_method="card",
            now=now,
        )

    for _ in range(WARM_UP):
        buy()
    with CaptureQueriesContext(connection) as queries:
        buy()
    print(len(queries), flush=True)
    connection.queries_log.clear()
    for wanted in sys.stdin:
        count = int(wanted)
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            buy()
        spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps({name: seconds * 1000 / count for name, seconds in spent.items()}), flush=True)


main()
