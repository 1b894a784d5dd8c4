"""Visits that go with the demo's orders, as the site would have counted them: for the page on which people gave up."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

from conbillet.catalogue.models import Event
from conbillet.core.clock import copenhagen_day
from conbillet.sales.models import Order
from conbillet.usage.actions.store_counts import store_counts
from conbillet.usage.counter import Key
from conbillet.usage.steps import SitePage, Step

# For each order: how many came that far, and how often something was in the way.
BEFORE = {Step.DETAILS: 1.3, Step.CHECKOUT: 1.9, Step.CART: 2.0, Step.EVENT: 9.0}
IN_THE_WAY = {
    (Step.FAULT, "person_birth_date"): 0.11, (Step.FAULT, "buyer_email"): 0.05, (Step.FAULT, "person_whose"): 0.04,
    (Step.FAULT, "person_name"): 0.03, (Step.FAULT, "buyer_name"): 0.02, (Step.REFUSED, "nothing_chosen"): 0.12,
    (Step.REFUSED, "wrong_age"): 0.03, (Step.REFUSED, "amount_changed"): 0.02, (Step.REFUSED, "product_sold_out"): 0.06,
    (Step.REFUSED, "places_gone"): 0.01, (Step.GAVE_UP, ""): 0.07, (Step.LEFT, ""): 0.02,
}  # fmt: skip
SITE = {SitePage.FRONT: 40, SitePage.HELP: 9, SitePage.POLICY: 4, SitePage.TERMS: 3, SitePage.COOKIES: 1, SitePage.NEWSLETTER: 2}


def count_visits(event: Event, now: datetime) -> None:
    """Counts of an event's pages, around the orders that there are."""
    chance = random.Random(event.slug)
    ordered: Counter[date] = Counter()
    paid: Counter[date] = Counter()
    for placed_at, paid_at in Order.objects.filter(event=event).values_list("placed_at", "paid_at"):
        ordered[copenhagen_day(placed_at)] += 1
        if paid_at:
            paid[copenhagen_day(paid_at)] += 1
    counts: Counter[Key] = Counter()

    def add(day: date, step: Step, detail: str, times: float) -> None:
        whole = int(times) + (chance.random() < times % 1)
        english = sum(chance.random() < 0.06 for _ in range(whole))
        for language, part in (("da", whole - english), ("en", english)):
            if part:
                counts[day, event.organization_id, event.pk, step.value, detail, language] += part

    for day, orders in ordered.items():
        add(day, Step.ORDER, "", orders)
        for step, times in BEFORE.items():
            add(day, step, "", orders * times * chance.uniform(0.85, 1.2))
        for (step, detail), times in IN_THE_WAY.items():
            add(day, step, detail, orders * times)
    for day, orders in paid.items():
        add(day, Step.PAID, "", orders)
    store_counts(counts=counts)


def count_own_pages(now: datetime) -> None:
    """Counts of ConBillet's own pages in the last four months."""
    chance = random.Random("own pages")
    today = copenhagen_day(now)
    store_counts(
        counts={
            (today - timedelta(days=back), page.value, language): round(times * share * chance.uniform(0.6, 1.5)) or 1
            for back in range(1, 120)
            for page, times in SITE.items()
            for language, share in (("da", 0.92), ("en", 0.08))
        }
    )
