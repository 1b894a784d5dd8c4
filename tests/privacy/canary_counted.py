"""The canary among others in the statistics, so that something is shown of them all."""

from dataclasses import replace
from typing import Any

from django.db.models import F

from conbillet.catalogue.models import Quota
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.statistics.models import TableEdition
from conbillet.workflows.statistics import take_statistics
from tests.purchases import ADA, BO, order_of, pay_for


def be_counted(canary: Any) -> None:
    """Twelve more buy what the canary bought, and the tables are looked at."""
    world, now = canary.world, canary.now
    Quota.objects.filter(pk=world.people.pk).update(size=F("size") + 12)
    for number in range(6):
        pair = tuple(replace(one, email=f"{number}.{one.email}") for one in (ADA, BO))
        pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=pair), now)
    take_statistics(now=now)
    assert TableEdition.objects.exclude(shown={}).exists()
