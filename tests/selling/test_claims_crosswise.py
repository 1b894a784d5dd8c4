"""Two claims that need each other's places wait for nobody for ever: quotas are locked in the order of their ids."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from conbillet.sales import stock
from conbillet.sales.models import HeldUnits, Hold
from conbillet.sales.stock import SoldOut, claim

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_claim_that_frees_an_expired_hold_of_other_quotas_too(world, now, monkeypatch):
    """It took a bed, found no shirt, and now ends an expired hold that keeps a shirt and a place in the house."""
    people, beds = world.people, world.beds
    shirts = type(people).objects.exclude(pk__in=[people.pk, beds.pk]).order_by("pk").first()
    assert people.pk < beds.pk < shirts.pk
    type(shirts).objects.filter(pk=shirts.pk).update(size=1, held=1)
    type(people).objects.filter(pk=people.pk).update(held=1)
    late = Hold.objects.create(organization=world.organization, expires_at=now - timedelta(minutes=1))
    for quota in (people, shirts):
        HeldUnits.objects.create(organization=world.organization, hold=late, quota=quota, quantity=1)

    freeing, holding, wrong = threading.Event(), threading.Event(), []
    original = stock._end_expired

    def end_expired(*arguments):
        freeing.set()
        holding.wait(5)
        return original(*arguments)

    monkeypatch.setattr(stock, "_end_expired", end_expired)

    def attempt(what):
        try:
            with transaction.atomic():
                what()
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    def other():
        claim(wanted={people.pk: 1}, now=now)
        holding.set()
        claim(wanted={beds.pk: 1}, now=now)

    first = threading.Thread(target=attempt, args=(lambda: claim(wanted={beds.pk: 1, shirts.pk: 1}, now=now),))
    second = threading.Thread(target=attempt, args=(other,))
    first.start()
    assert freeing.wait(10)
    second.start()
    for thread in (first, second):
        thread.join(30)
    assert [type(error) for error in wrong] == [SoldOut]  # told at once; and the next try finds the shirt
    claim(wanted={beds.pk: 1, shirts.pk: 1}, now=now)
    for quota, expected in ((people, 1), (beds, 2), (shirts, 1)):
        quota.refresh_from_db()
        assert quota.held == expected
