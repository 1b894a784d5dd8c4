"""Staff of the desk, and cases as people open them."""

import pytest
from django.test import Client

from conbillet.accounts.models import StaffRole
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.support.models import Case
from conbillet.workflows.cases import receive_case
from tests.cast import make_person
from tests.login import log_in


@pytest.fixture
def today(monkeypatch, now):
    """Pages think that it is the day of the cast."""
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def staff_as(kind: str, now, number: int = 1) -> Client:
    person = make_person("Signe Skranke", f"{kind}{number}@conbillet.example")
    StaffRole.objects.create(account=person.account, kind=kind, granted_at=now)
    client = log_in(Client(), person)
    client.person = person
    return client


@pytest.fixture
def agent(world, now) -> Client:
    return staff_as(StaffRole.Kind.SUPPORT_AGENT, now)


@pytest.fixture
def officer(world, now) -> Client:
    return staff_as(StaffRole.Kind.PRIVACY_OFFICER, now)


def a_case(now, kind: str = "deletion", email: str = "ada@example.com", **more) -> Case:
    words = {"name": "Ada Lund", "text": "Slet mig", "language": "da", **more}
    return receive_case(kind=kind, email=email, event=None, actor=ANONYMOUS, now=now, **words)
