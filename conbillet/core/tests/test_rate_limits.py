"""Counters: exact under a race, apart from each other, and silent about whom they count."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import connection

from conbillet.core.models import RateLimit
from conbillet.core.rate_limits import forget_old_counters, network_of, spend

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_only_so_many_within_a_window_and_again_in_the_next():
    tries = [spend("code", "bo@example.com", amount=3, seconds=60, now=NOON) for _ in range(5)]
    assert tries == [True, True, True, False, False]
    assert spend("code", "bo@example.com", amount=3, seconds=60, now=NOON + timedelta(seconds=60))


@pytest.mark.django_db
def test_people_and_purposes_are_counted_apart_but_letters_case_is_not():
    assert spend("code", "bo@example.com", amount=1, seconds=60, now=NOON)
    assert spend("code", "ib@example.com", amount=1, seconds=60, now=NOON)
    assert spend("password", "bo@example.com", amount=1, seconds=60, now=NOON)
    assert not spend("code", "BO@example.com", amount=1, seconds=60, now=NOON)


@pytest.mark.django_db
def test_the_table_tells_nobody_who_tried():
    spend("code", "bo@example.com", amount=1, seconds=60, now=NOON)
    key = RateLimit.objects.get().key
    guesses = {sha256(text.encode()).hexdigest() for text in ("bo@example.com", "code\x0060\x00bo@example.com")}
    assert len(key) == 64 and key not in guesses


@pytest.mark.django_db
def test_old_counters_are_forgotten():
    spend("code", "bo@example.com", amount=1, seconds=60, now=NOON)
    assert forget_old_counters(now=NOON + timedelta(seconds=30)) == 0
    assert forget_old_counters(now=NOON + timedelta(seconds=61)) == 1


@pytest.mark.asvs("2.4.1")
@pytest.mark.django_db(transaction=True)
def test_a_race_lets_exactly_the_amount_through():
    def attempt(_number: int) -> bool:
        try:
            return spend("code", "bo@example.com", amount=5, seconds=60, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 5


@pytest.mark.django_db
def test_planted_a_key_that_forgets_who_is_caught(monkeypatch):
    monkeypatch.setattr("conbillet.core.rate_limits._key", lambda scope, seconds, who: scope)
    spend("code", "bo@example.com", amount=1, seconds=60, now=NOON)
    assert not spend("code", "ib@example.com", amount=1, seconds=60, now=NOON)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("nonsense", "unknown"), ("", "unknown"),
    ],
)  # fmt: skip
def test_networks(address, network):
    assert network_of(address) == network
