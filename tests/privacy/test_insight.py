"""Insight is complete, and nobody else's: a canary's every value is in the package, and none of a twin's.

Each of the two has a planted bug that it must catch.
"""


import pytest
from django.conf import settings

from conbillet.privacy.insight.collect import collect
from conbillet.privacy.insight.package import as_json
from conbillet.privacy.reach import subject_of

from .canary import Canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    monkeypatch.setattr(settings, "CONBILLET_DATA", tmp_path / "data")


@pytest.fixture
def roomy(world):
    for quota in (world.people, world.beds):
        quota.size = 1000
        quota.save()
    return world


@pytest.fixture
def canary(roomy, now):
    bird = Canary(roomy, now)
    bird.live()
    return bird


def told(subject, now) -> str:
    return as_json(collect(subject=subject, now=now), settings.CONBILLET_OPERATOR)


@pytest.mark.proves("right.insight")
def test_every_value_of_theirs_is_told(canary, now):
    text = told(subject_of(canary.person), now)
    assert [value for value in canary.values if value not in text] == []

