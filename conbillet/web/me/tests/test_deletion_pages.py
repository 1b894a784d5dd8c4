"""Being deleted on my page: what is shown, that it is done, and the receipt that needs no account."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from conbillet.accounts.models import Person
from conbillet.privacy.models import Erasure
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.tickets.models import Ticket
from tests.cast import make_person
from tests.login import log_in
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


@pytest.fixture
def ada(world, now):
    person = make_person("Ada Lund", "ada@example.com")
    paid_order(world, now, Wish(world.adult.pk, 2))
    attach_orders(person_id=person.pk, email="ada@example.com", now=now)
    return person


def test_every_effect_is_shown_and_nothing_is_done(client, ada):
    page = log_in(client, ada).get("/my/data/delete/").content.decode()
    for text in ("Slet mig", "Din profil", "Ordrer", "ALEA", "sikkerhedskopi", "ada@example.com"):
        assert text in page, text
    assert Person.objects.filter(pk=ada.pk).exists()


def test_it_asks_again_who_one_is(client, ada):
    answer = log_in(client, ada, fresh=False).get("/my/data/delete/")
    assert answer.status_code == 302 and "confirm" in answer["Location"]
    answer = log_in(client, ada, fresh=False).post("/my/data/delete/", {"sure": "on"})
    assert answer.status_code == 302 and Person.objects.filter(pk=ada.pk).exists()


def test_without_the_tick_nothing_is_deleted(client, ada):
    answer = log_in(client, ada).post("/my/data/delete/", {"tickets": "keep"})
    assert answer.status_code == 422 and Person.objects.filter(pk=ada.pk).exists()


def test_deleted_at_once_logged_out_and_given_a_receipt(client, ada):
    log_in(client, ada)
    answer = client.post("/my/data/delete/", {"sure": "on", "tickets": "keep"})
    erasure = Erasure.objects.get()
    assert answer["Location"] == f"/my/erased/{erasure.reference}/{erasure.access_key}/"
    assert not Person.objects.filter(pk=ada.pk).exists() and not Session.objects.exists()
    page = client.get(answer["Location"])
    assert page.status_code == 200 and "Du er slettet" in page.content.decode()
    assert client.get("/my/").status_code == 302


def test_live_tickets_can_be_made_invalid(client, ada):
    if Ticket.objects.filter(event__ends_on__gte="2026-11-01").exists():  # the cast's event is over by the real clock
        pytest.fail("the cast has moved")
    Ticket.objects.first().event.__class__.objects.update(ends_on="2099-01-01")
    log_in(client, ada).post("/my/data/delete/", {"sure": "on", "tickets": "void"})
    assert Ticket.objects.filter(void_reason="erased").count() == 1


def test_a_receipt_needs_its_whole_secret(client, ada):
    log_in(client, ada).post("/my/data/delete/", {"sure": "on", "tickets": "keep"})
    erasure = Erasure.objects.get()
    assert client.get(f"/my/erased/{erasure.reference}/{'0' * 24}/").status_code == 404


def test_the_only_owner_is_told_why_not(client, world):
    page = log_in(client, world.owner).get("/my/data/delete/").content.decode()
    assert "eneste ejer" in page and 'name="sure"' not in page
    log_in(client, world.owner).post("/my/data/delete/", {"sure": "on"})
    assert Person.objects.filter(pk=world.owner.pk).exists()
