"""The door's pages: who gets in, what they answer, with and without script."""

import json

import pytest
from django.test import Client

from conbillet.tickets.models import CheckIn
from tests.door.conftest import Door
from tests.login import log_in

pytestmark = pytest.mark.django_db

JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


def url(door: Door, rest: str = "") -> str:
    return f"/door/{door.world.organization.slug}/{door.event.slug}/{rest}"


@pytest.fixture
def crew(client: Client, door: Door) -> Client:
    return log_in(client, door.world.door_crew)


def scan(client: Client, door: Door, code: str | None = None, **rest):
    said = {"code": door.code if code is None else code} | rest
    return client.post(url(door, "check-in/"), data=json.dumps(said), **JSON)


def test_a_scan_says_yes_then_no(crew: Client, door: Door):
    yes = scan(crew, door).json()
    assert (yes["kind"], yes["badge_name"], yes["age_band"]) == ("yes", "Ada", "18+")
    assert [thing["text"] for thing in yes["things"]] == ["T-shirt, M"]
    no = scan(crew, door).json()
    assert (no["kind"], no["why"]) == ("again", "already_in")
    assert CheckIn.objects.count() == 1


def test_without_script_the_answer_is_a_page(crew: Client, door: Door):
    page = crew.post(url(door, "check-in/"), {"code": door.ticket.reference})
    assert page.status_code == 200
    assert "verdict yes" in page.content.decode()
    assert "Ada Lund" in page.content.decode()
