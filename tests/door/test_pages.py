"""The door's pages: who gets in, what they answer, with and without script."""

import json
import re
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client

from conbillet.core import clock
from conbillet.core.audit import details_of
from conbillet.core.models import AuditEntry
from conbillet.organizations.models import Role, RoleKind
from conbillet.payments.models import LedgerEntry, Payment
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Receipt
from conbillet.tickets.codes import verify
from conbillet.tickets.models import CheckIn, HandOut, Ticket
from tests.cast import make_event, make_person
from tests.door.conftest import Door, allow_paying
from tests.login import log_in
from tests.purchases import ADA, order_of

pytestmark = pytest.mark.django_db

JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


def url(door: Door, rest: str = "", *, event: str = "", organization: str = "") -> str:
    return f"/door/{organization or door.world.organization.slug}/{event or door.event.slug}/{rest}"


@pytest.fixture
def crew(client: Client, door: Door) -> Client:
    return log_in(client, door.world.door_crew)


def scan(client: Client, door: Door, code: str | None = None, *, to: str = "", **rest):
    said = {"code": door.code if code is None else code} | rest
    return client.post(to or url(door, "check-in/"), data=json.dumps(said), **JSON)


def posted(client: Client, path: str, **said):
    return client.post(path, data=json.dumps(said), **JSON)


# --- who ----------------------------------------------------------------------------------------------------------------
PAGES = ["", "counters.json", "offline.json"]
DEEDS = ["check-in/", "undo/", "hand-out/", "search/"]


def read_only(door: Door, kind: str = RoleKind.READ_ONLY):
    person = make_person("Rikke Read", "rikke@alea.example")
    Role.objects.create(organization=door.world.organization, person=person, kind=kind, granted_at=clock.now())
    return person


def asked(client: Client, door: Door, rest: str, **where: str):
    path = url(door, rest.format(ticket=door.ticket.reference, order=door.order.reference), **where)
    return client.post(path, {"code": door.ticket.reference}) if rest in DEEDS else client.get(path)


EVERY = [*PAGES, *DEEDS, "ticket/{ticket}/", "pay/{order}/"]


@pytest.mark.parametrize("rest", EVERY)
class TestWhoMay:
    @pytest.mark.parametrize("who", ["owner", "door_crew"])
    def test_owner_and_crew(self, client: Client, door: Door, rest: str, who: str):
        log_in(client, getattr(door.world, who))
        # Nothing was named to undo or to hand out: found, allowed, and not there.
        assert asked(client, door, rest).status_code == (404 if rest in {"undo/", "hand-out/"} else 200)

    @pytest.mark.parametrize("who", ["stranger", "buyer"])
    def test_nobody_else_finds_it(self, client: Client, door: Door, rest: str, who: str):
        log_in(client, getattr(door.world, who))
        assert asked(client, door, rest).status_code == 404
        assert not CheckIn.objects.exists()

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.MEMBER_SECRETARY])
    def test_other_roles_may_not(self, client: Client, door: Door, rest: str, kind: str):
        log_in(client, read_only(door, kind))
        assert asked(client, door, rest).status_code == 403
        assert not CheckIn.objects.exists()

    def test_who_has_not_signed_in_is_asked_to(self, client: Client, door: Door, rest: str):
        answer = asked(client, door, rest)
        assert (answer.status_code, answer.url.startswith("/accounts/login/")) == (302, True)
        assert not CheckIn.objects.exists()

    def test_a_second_factor_is_wanted(self, client: Client, door: Door, rest: str):
        log_in(client, door.world.door_crew, second_factor=False)
        assert asked(client, door, rest).url.startswith("/accounts/")
        assert not CheckIn.objects.exists()

    def test_another_associations_event_is_not_there(self, client: Client, door: Door, rest: str):
        make_event(door.world.other, slug="hygge")
        log_in(client, door.world.stranger)
        assert asked(client, door, rest, organization=door.world.organization.slug).status_code == 404
        assert asked(client, door, rest, event="hygge").status_code == 404

    def test_the_wrong_verb_is_refused(self, crew: Client, door: Door, rest: str):
        path = url(door, rest.format(ticket=door.ticket.reference, order=door.order.reference))
        wrong = crew.put(path) if rest not in DEEDS or rest == "search/" else crew.get(path)
        assert wrong.status_code == 405


def test_the_stranger_cannot_use_their_own_door_for_our_tickets(client: Client, door: Door):
    make_event(door.world.other, slug="hygge")
    log_in(client, door.world.stranger)
    there = url(door, "check-in/", organization=door.world.other.slug, event="hygge")
    assert [scan(client, door, code, to=there).json()["why"] for code in (door.code, door.ticket.reference)] == [
        "other_event",
        "unknown",
    ]
    theirs = url(door, "", organization=door.world.other.slug, event="hygge")
    for rest in (f"ticket/{door.ticket.reference}/", f"pay/{door.order.reference}/"):
        assert client.get(theirs + rest).status_code == 404
    thing = f"{door.order.reference}-{door.line('merchandise').position}"
    assert posted(client, theirs + "hand-out/", thing=thing).status_code == 404
    assert posted(client, theirs + "undo/", ticket=door.ticket.reference, reason="x").status_code == 404
    assert not (CheckIn.objects.exists() or HandOut.objects.exists())


def test_the_list_of_doors_shows_ones_own(client: Client, door: Door):
    today = clock.copenhagen_day(clock.now())
    type(door.event).objects.update(starts_on=today, ends_on=today)
    make_event(door.world.other, slug="hygge", name="Hyggecon", starts_on=today, ends_on=today)
    make_event(door.world.organization, slug="draft", name="Secret", state="draft", starts_on=today, ends_on=today)
    log_in(client, door.world.door_crew)
    page = client.get("/door/").content.decode()
    assert (door.event.name in page, "Hyggecon" in page, "Secret" in page) == (True, False, False)
    assert door.event.name in client.get(f"/door/{door.world.organization.slug}/").content.decode()
    assert client.get(f"/door/{door.world.other.slug}/").status_code == 404
    client.logout()
    log_in(client, read_only(door))
    assert client.get(f"/door/{door.world.organization.slug}/").status_code == 404
    assert door.event.name not in client.get("/door/").content.decode()
    client.logout()
    assert client.get("/door/").url.startswith("/accounts/login/")


# --- letting in ---------------------------------------------------------------------------------------------------------
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


def test_the_same_scan_twice_is_one_yes(crew: Client, door: Door):
    assert [scan(crew, door, scan="a1").json()["kind"] for _ in range(2)] == ["yes", "yes"]
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("at", ["", "yesterday", "2026-04-01", "2026-04-01T18:00:00", "9" * 400])
def test_a_devices_time_that_is_none_is_left_out(crew: Client, door: Door, at: str):
    assert scan(crew, door, scanned_at=at).json()["kind"] == "yes"


def test_the_list_for_without_network_verifies_our_codes(crew: Client, door: Door):
    listed = crew.get(url(door, "offline.json")).json()
    keys = {name: Ed25519PublicKey.from_public_bytes(b64decode(raw)) for name, raw in listed["keys"].items()}
    assert verify(door.code, keys).event == listed["event"]
    assert [door.ticket.reference, 1, "", ""] in listed["tickets"]
    assert "Ada" not in json.dumps(listed)


def test_a_name_leads_to_a_list(crew: Client, door: Door):
    assert scan(crew, door, "bo lund").json() == {"kind": "search"}
    page = crew.post(url(door, "check-in/"), {"code": "bo lund"}).content.decode()
    assert "Bo Lund" in page and "Ada Lund" not in page
    assert scan(crew, door, "nobody at all").json()["kind"] == "no"


def test_an_unpaid_orders_reference_leads_to_its_payment(crew: Client, door: Door, now):
    allow_paying(door)
    order = order_of(door.world, now, Wish(door.world.day.pk, 1), method="door", people=(ADA,))
    assert scan(crew, door, order.reference).json()["pay_url"] == url(door, f"pay/{order.reference}/")


@pytest.mark.parametrize("body", ["[]", "1", '{"code": 1}', '{"code": ["x"]}', "{", '{"code": "\\u0000"}', "x" * 5000])
def test_a_body_that_is_no_object_of_texts_is_refused(crew: Client, door: Door, body: str):
    answer = crew.post(url(door, "check-in/"), data=body, **JSON)
    assert answer.status_code == 400
    assert not CheckIn.objects.exists()


def test_a_forged_request_is_refused(door: Door):
    strict = log_in(Client(enforce_csrf_checks=True), door.world.door_crew)
    assert scan(strict, door).status_code == 403
    assert not CheckIn.objects.exists()


def test_nothing_leaves_but_what_the_door_may_see(crew: Client, door: Door):
    answers = [
        scan(crew, door).content,
        crew.post(url(door, "search/"), {"code": "lund"}).content,
        crew.get(url(door, f"ticket/{door.ticket.reference}/")).content,
        crew.get(url(door, f"pay/{door.order.reference}/")).content,
        crew.get(url(door)).content,
        crew.get(url(door, "counters.json")).content,
        crew.get(url(door, "offline.json")).content,
    ]
    for secret in ("ada@example.com", "Skovvej", "8000", "1990", "1988"):
        # As a word: a random token may hold the same four digits.
        word = re.compile(rb"(?<![0-9A-Za-z_-])%s(?![0-9A-Za-z_-])" % re.escape(secret.encode()))
        assert not [text for text in answers if word.search(text)], secret


def test_undo_with_a_reason(crew: Client, door: Door):
    scan(crew, door)
    named = {"ticket": door.ticket.reference}
    assert posted(crew, url(door, "undo/"), **named).json()["done"] is False
    assert posted(crew, url(door, "undo/"), **named, reason="mistake").json()["done"] is True
    assert posted(crew, url(door, "undo/"), **named, reason="mistake").json()["done"] is False
    assert scan(crew, door).json()["kind"] == "yes"
    answer = crew.post(url(door, "undo/"), {**named, "reason": "Listed", "other": "  My own  words "})
    assert answer.url == url(door)
    assert CheckIn.objects.latest("pk").undo_reason == "My own words"


def test_hand_out_and_take_back(crew: Client, door: Door):
    [thing] = scan(crew, door).json()["things"]
    give = lambda **more: posted(crew, url(door, "hand-out/"), thing=thing["name"], **more).json()  # noqa: E731
    assert (give()["given"], give()["done"]) == (True, False)
    assert give(take_back="1")["given"] is False
    assert not HandOut.objects.exists()
    answer = crew.post(url(door, "hand-out/"), {"thing": thing["name"], "ticket": door.ticket.reference})
    assert answer.url == url(door, f"ticket/{door.ticket.reference}/")
    assert HandOut.objects.get().by_id == door.world.door_crew.pk


def test_counters(crew: Client, door: Door):
    assert crew.get(url(door, "counters.json")).json() == {"tickets": 2, "inside": 0, "product-0": 0}
    scan(crew, door)
    assert crew.get(url(door, "counters.json")).json() == {"tickets": 2, "inside": 1, "product-0": 1}


def test_the_camera_is_for_the_scanning_page_only(crew: Client, door: Door):
    assert "camera=(self)" in crew.get(url(door)).headers["Permissions-Policy"]
    others = [crew.get("/door/"), crew.get(url(door, f"ticket/{door.ticket.reference}/"))]
    assert not [page for page in others if "camera=(self)" in page.headers.get("Permissions-Policy", "")]


def test_trusted_types_stay_on_and_nothing_is_cached(crew: Client, door: Door):
    assert "require-trusted-types-for 'script'" in crew.get(url(door)).headers["Content-Security-Policy"]


# --- paying -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def unpaid(door: Door, now) -> Order:
    allow_paying(door)
    return order_of(door.world, now, Wish(door.world.day.pk, 1), method="door", people=(ADA,))


def test_paid_at_the_door_there_are_tickets(crew: Client, door: Door, unpaid: Order):
    page = url(door, f"pay/{unpaid.reference}/")
    assert "140,00 kr." in crew.get(page).content.decode()
    assert crew.post(page, {"means": "cash"}).url == page
    unpaid.refresh_from_db()
    payment = Payment.objects.get(about=unpaid.reference)
    assert (unpaid.state, payment.state, payment.provider_method) == ("paid", "captured", "door")
    assert Receipt.objects.filter(order=unpaid).count() == Ticket.objects.filter(line__order=unpaid).count() == 1
    assert sum(LedgerEntry.objects.filter(about=unpaid.reference).values_list("amount", flat=True)) == 0
    entry = AuditEntry.objects.get(action="order_paid_at_door")
    assert (entry.actor_role, details_of(entry)["means"]) == ("door_crew", "cash")
    assert Ticket.objects.get(line__order=unpaid).reference in crew.get(page).content.decode()
    crew.post(page, {"means": "cash"})
    assert Receipt.objects.filter(order=unpaid).count() == 1


@pytest.mark.parametrize("means", ["", "card", "nothing"])
def test_how_it_was_paid_must_be_said(crew: Client, door: Door, unpaid: Order, means: str):
    crew.post(url(door, f"pay/{unpaid.reference}/"), {"means": means})
    unpaid.refresh_from_db()
    assert unpaid.state == "awaiting_payment"


def test_a_card_order_is_not_paid_here(crew: Client, door: Door, now):
    order = order_of(door.world, now, Wish(door.world.day.pk, 1), people=(ADA,))
    page = url(door, f"pay/{order.reference}/")
    assert 'name="means"' not in crew.get(page).content.decode()
    crew.post(page, {"means": "cash"})
    order.refresh_from_db()
    assert order.state == "awaiting_payment"


# --- statements ---------------------------------------------------------------------------------------------------------
def test_a_scan_costs_ten_statements(crew: Client, door: Door, django_assert_num_queries):
    crew.get(url(door))
    scan(crew, door, door.tickets()[1].reference)
    code = door.code
    # Session, account, standing · savepoint, role, event · ticket, check-in with audit and message · role, savepoint.
    with django_assert_num_queries(10):
        assert scan(crew, door, code).json()["kind"] == "yes"
