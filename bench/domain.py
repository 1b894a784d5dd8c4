"""Purchases by one call each, in this process: `python -m bench.domain COUNT` prints CPU and queries as JSON."""

import json
import sys
import time

import django


def main() -> None:
    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from conbillet.catalogue.models import Event
    from conbillet.catalogue.offer import offer_of
    from conbillet.core import clock
    from conbillet.core.actor import ANONYMOUS
    from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
    from conbillet.sales.actions.place_order import OrderDetails, PersonDetails
    from conbillet.sales.queries import lines_of
    from conbillet.workflows.purchase import Accepted, confirm_payment, place_order

    event = Event.objects.get(slug="bench")
    product = next(product for product in offer_of(event).products.values() if product.kind == "ticket" and product.age_from == 18)
    person = PersonDetails(name="Bente Bænk", email="bench@example.com", birth_date=clock.now().date().replace(year=1990, day=1), postcode="8000", city="Aarhus C")

    def payment_id(reference: str) -> int:
        # Stripe tells it; here it is asked for.
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM payments_payment WHERE about = %s", [reference])
            return cursor.fetchone()[0]

    def buy() -> None:
        now = clock.now()
        cart = add_to_cart(event=event, cart=None, wishes=[Wish(product.pk, 1)], language="da", now=now)
        (line,) = lines_of(cart)
        details = OrderDetails(buyer=person, method="card", people={"1": person}, people_of={line.pk: "1"})
        order = place_order(cart=cart, details=details, accepted=Accepted("1", "1"), actor=ANONYMOUS, now=now)
        confirm_payment(payment_id=payment_id(order.reference), amount=order.amount, provider_payment=f"pi_{order.reference}", provider_method="card", now=now)

    for _ in range(30):
        buy()
    with CaptureQueriesContext(connection) as queries:
        buy()
    count = int(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        buy()
    print(json.dumps({"queries": len(queries), "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}), flush=True)
    sys.stdin.readline()


main()
