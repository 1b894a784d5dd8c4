"""Looking people up at the desk: what for is asked first, and stands in their insight; the desk's own log."""

import pytest
from django.test import Client

from conbillet.accounts.models import StaffRole
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.models import AuditEntry
from conbillet.privacy.actions.look_up import CannotLookUp, look_up
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from tests.cast import make_person
from tests.login import log_in
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db

PAGE, LOG = "/desk/look-up/", "/desk/log/"


def staff_as(kind: str, now) -> Client:
    person = make_person("Signe Support", f"{kind}@conbillet.example")
    StaffRole.objects.create(account=person.account, kind=kind, granted_at=now)
    return log_in(Client(), person)


@pytest.fixture
def agent(world, now) -> Client:
    return staff_as(StaffRole.Kind.SUPPORT_AGENT, now)


@pytest.fixture
def order(world, now) -> Order:
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    Order.objects.filter(pk=order.pk).update(buyer=world.buyer)
    return order


def looked_up() -> list[tuple[str, object]]:
    return sorted((entry.action, entry.subject_id) for entry in AuditEntry.objects.filter(action__startswith="looked_up"))


def test_nothing_without_a_purpose(agent, world, order):
    for purpose in ("", "use.curiosity"):
        response = agent.post(PAGE, {"q": "buyer@example.com", "purpose": purpose})
        assert response.status_code == 422 and order.reference[:4] not in response.content.decode()
    assert looked_up() == []


def test_a_person_and_their_orders(agent, world, order):
    page = agent.post(PAGE, {"q": "Buyer@example.com", "purpose": "use.services"}).content.decode()
    assert "Bodil Buyer" in page and order.reference[:4] in page
    assert looked_up() == [("looked_up_order", world.buyer.pk), ("looked_up_person", world.buyer.pk)]
    entry = AuditEntry.objects.get(action="looked_up_person")
    assert audit.details_of(entry) == {"purpose": "use.services"} and entry.organization_id is None


def test_an_order_by_its_number(agent, world, order):
    page = agent.post(PAGE, {"q": order.reference.lower(), "purpose": "use.purchases"}).content.decode()
    assert "Fastaval 2026" in page and looked_up() == [("looked_up_order", world.buyer.pk)]


@pytest.mark.parametrize("asked", ["nobody@example.com", "7K3M-9QXD-2VTA", "æ'; --"])
def test_nothing_found_is_nothing_written_down(agent, world, order, asked):
    assert "Intet fundet" in agent.post(PAGE, {"q": asked, "purpose": "use.services"}).content.decode()
    assert looked_up() == []


def test_not_by_address_bar(agent, world, order):
    page = agent.get(PAGE, {"q": "buyer@example.com", "purpose": "use.services"}).content.decode()
    assert "Bodil" not in page and looked_up() == []


def test_only_staff(world, now, order):
    assert log_in(Client(), world.owner).post(PAGE, {"q": "buyer@example.com", "purpose": "use.services"}).status_code == 404
    with pytest.raises(CannotLookUp):
        look_up(kind="person", reference="x", subject=None, purpose="use.services", actor=world.actor(world.owner), now=now)
    with pytest.raises(CannotLookUp):
        look_up(kind="diary", reference="x", subject=None, purpose="use.services", actor=Actor(ActorKind.STAFF), now=now)


def test_the_log_is_for_those_who_oversee(agent, world, now, order):
    agent.post(PAGE, {"q": "buyer@example.com", "purpose": "use.services"})
    assert agent.get(LOG).status_code == 403
    assert log_in(Client(), world.owner).get(LOG).status_code == 404
    officer = staff_as(StaffRole.Kind.PRIVACY_OFFICER, now)
    page = officer.get(LOG, {"who": "staff", "what": "people"}).content.decode()
    assert "Signe Support</b> slog en person op" in page and "Bodil" not in page and "buyer@" not in page
    assert officer.post(LOG).status_code == 405
