"""The office's event pages: who may open them, what they do, and what they say to bad input."""

from datetime import date

import pytest
from django.test import Client

from conbillet.catalogue.models import Event, Price, Product, Quota
from conbillet.core import clock
from conbillet.organizations.models import Role, RoleKind
from tests.cast import make_event, make_person, make_product, make_quota
from tests.login import log_in

BASE = "/office/alea/events/"
EVENT = f"{BASE}fastaval/"


@pytest.fixture(autouse=True)
def at(monkeypatch, now, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: now)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(world) -> Client:
    return log_in(Client(headers={"accept-language": "en"}), world.owner)


def reader(world) -> Client:
    person = make_person("Rie Reader", "reader@alea.example")
    Role.objects.create(
        organization=world.organization, person=person, kind=RoleKind.READ_ONLY, granted_at=world.event.created_at
    )
    return log_in(Client(), person)


def seen(world) -> list[str]:
    return [BASE, EVENT, f"{EVENT}preview/"]


def edited(world) -> list[str]:
    pages = [
        "edit/",
        "picture/",
        "copy/",
        "state/publish/",
        "state/close/",
        "state/cancel/",
        "products/add/meal/",
        "quotas/add/",
    ]
    return [
        f"{BASE}new/",
        *(EVENT + page for page in pages),
        f"{EVENT}products/{world.adult.pk}/",
        f"{EVENT}quotas/{world.people.pk}/",
    ]


def posted(world) -> list[str]:
    return [
        f"{EVENT}products/{world.day.pk}/withdraw/",
        f"{EVENT}products/{world.day.pk}/move/",
        f"{EVENT}quotas/{world.people.pk}/remove/",
    ]


def messages_of(response) -> str:
    return response.content.decode()


# --- Who may ------------------------------------------------------------------------------------------------------------


def test_every_page_opens_for_the_owner(world, owner):
    for address in seen(world) + edited(world):
        assert owner.get(address).status_code == 200, address
    for kind in ("ticket", "day_ticket", "membership", "sleeping", "meal", "merchandise", "donation"):
        assert owner.get(f"{EVENT}products/add/{kind}/").status_code == 200
    for product in Product.objects.filter(event=world.event):
        assert owner.get(f"{EVENT}products/{product.pk}/").status_code == 200


def test_others_are_kept_out(world):
    stranger, crew, anonymous, readonly = (
        log_in(Client(), world.stranger),
        log_in(Client(), world.door_crew),
        Client(),
        reader(world),
    )
    for address in seen(world) + edited(world):
        assert stranger.get(address).status_code == 404, address
        assert crew.get(address).status_code == 403, address
        assert anonymous.get(address).status_code == 302, address
        assert readonly.get(address).status_code == (200 if address in seen(world) else 403), address
    for address in posted(world):
        assert [who.post(address).status_code for who in (stranger, crew, anonymous, readonly)] == [
            404,
            403,
            302,
            403,
        ], address
    assert Product.objects.get(pk=world.day.pk).is_offered


def test_wrong_verbs_are_refused(world, owner):
    for address in posted(world):
        assert owner.get(address).status_code == 405
    for address in seen(world):
        assert owner.post(address).status_code == 405


def test_foreign_ids_are_not_found(world, owner):
    foreign = make_event(world.other, "hemmelig")
    product = make_product(foreign, "ticket", "Secret", 100)
    quota = make_quota(foreign, "Secret", 5)
    other = make_event(world.organization, "other")
    mine = make_product(other, "ticket", "Other", 100)
    for address in (
        f"{BASE}hemmelig/",
        f"{BASE}hemmelig/edit/",
        f"{EVENT}products/{product.pk}/",
        f"{EVENT}products/{mine.pk}/",
        f"{EVENT}quotas/{quota.pk}/",
        f"{EVENT}products/999999999999/",
        f"{EVENT}products/add/opera/",
        f"{EVENT}state/explode/",
    ):
        assert owner.get(address).status_code == 404, address
    assert owner.post(f"{EVENT}products/{product.pk}/withdraw/").status_code == 404
    assert owner.post(f"{EVENT}products/{mine.pk}/move/", {"up": 1}).status_code == 404


def test_a_preview_of_a_draft_is_for_those_who_work_on_it(world, owner, client):
    Event.objects.filter(pk=world.event.pk).update(state=Event.State.DRAFT)
    assert client.get("/alea/fastaval/").status_code == 404
    shown = owner.get(f"{EVENT}preview/")
    assert b"This is a preview" in shown.content
    assert b'name="quantity_' in shown.content


# --- The story ----------------------------------------------------------------------------------------------------------

STORY = {
    "name": "Hyggecon 2027",
    "kind": "mixed",
    "starts_on": "2027-03-26",
    "ends_on": "2027-03-28",
    "venue": "Skolen",
    "postcode": "9500",
    "capacity": "300",
    "adult_amount": "400",
    "young_amount": "275,00",
    "children_free": "on",
    "day_amount": "140",
    "dues_amount": "75",
    "adult_member_amount": "275",
    "young_member_amount": "150,-",
    "bed_amount": "200",
    "beds": "80",
    "breakfast_amount": "",
    "dinner_amount": "75.50",
    "shirt_amount": "150",
    "shirt_sizes": "S, M,, M, L",
    "donation": "on",
}


def test_a_few_answers_make_a_draft(world, owner):
    response = owner.post(f"{BASE}new/", STORY, follow=True)
    event = Event.objects.get(slug="hyggecon-2027")
    assert (event.state, event.city, event.organization) == (Event.State.DRAFT, "Hobro", world.organization)
    assert (
        Price.objects.get(product__event=event, product__kind="meal", product__name_da__contains="fredag").amount
        == 7550
    )
    assert [size.name for size in event.products.get(kind="merchandise").variants.all()] == ["S", "M", "L"]
    assert "Here is your draft" in messages_of(response)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 121}, "120"),
        ({"name": "A\u202eB"}, "ordinary letters"),
        ({"starts_on": "2027-02-30"}, "valid date"),
        ({"starts_on": "9999-12-30", "ends_on": "9999-12-31"}, "year"),
        ({"starts_on": "0001-01-01", "ends_on": "0001-01-02"}, "year"),
        ({"ends_on": "2027-03-01"}, "before the first"),
        ({"capacity": "0"}, "greater than or equal"),
        ({"capacity": "many"}, "whole number"),
        ({"capacity": "1e99"}, "whole number"),
        ({"adult_amount": "-5"}, "negative"),
        ({"adult_amount": "abc"}, "amount in kroner"),
        ({"adult_amount": "99999999999"}, "dare to believe"),
        ({"adult_amount": ""}, "required"),
        ({"postcode": "0000"}, "postcode"),
        ({"kind": "opera"}, "valid choice"),
        ({"beds": ""}, "sleep there"),
        ({"dues_amount": ""}, "membership"),
        ({"shirt_sizes": "x" * 50}, "40"),
    ],
)
def test_wrong_answers_are_told_beside_the_field_and_what_was_typed_is_kept(world, owner, change, words):
    before = Event.objects.count()
    response = owner.post(f"{BASE}new/", {**STORY, **change})
    assert response.status_code == 422
    assert words in messages_of(response)
    assert 'value="Skolen"' in messages_of(response)
    assert Event.objects.count() == before


# --- Facts --------------------------------------------------------------------------------------------------------------


def event_data(**changes):
    data = {
        "name": "Fastaval 2026",
        "kind": "roleplaying",
        "starts_on": "2026-04-01",
        "ends_on": "2026-04-05",
        "opens_at": "16:30",
        "venue": "Hobro Skole",
        "street": "Skolegade 1",
        "postcode": "9500",
        "city": "Hobro",
        "sales_open_at": "2026-02-01T12:00",
        "sales_close_at": "2026-03-29T18:00",
        "order_limit": "20",
        "transfer_days": "7",
        "description_da": "# Hej\n<script>alert(1)</script>",
    }
    return {**data, **changes}


def test_facts_are_saved_in_copenhagens_time(world, owner, client):
    assert owner.post(f"{EVENT}edit/", event_data(slug="stolen")).status_code == 302
    event = Event.objects.get(pk=world.event.pk)
    assert event.sales_open_at.isoformat() == "2026-02-01T11:00:00+00:00"  # winter time
    assert event.sales_close_at.isoformat() == "2026-03-29T16:00:00+00:00"  # summer time, begun that night
    assert event.slug == "fastaval"
    assert event.version == 2
    page = client.get("/alea/fastaval/").content.decode()
    assert "<h3>Hej</h3>" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_on": "2026-03-01"}, "before the first"),
        ({"sales_close_at": "2026-01-01T00:00"}, "close after it opens"),
        ({"sales_open_at": "2026-03-29T02:30"}, "interpreted"),  # an hour that does not exist
        ({"sales_open_at": "soon"}, "valid date"),
        ({"order_limit": "0"}, "greater than"),
        ({"order_limit": "101"}, "less than"),
        ({"transfer_days": "-1"}, "greater than"),
        ({"description_da": "x" * 20001}, "20000"),
        ({"name": "A\x00B"}, "ordinary letters"),
        ({"opens_at": "25:00"}, "valid time"),
    ],
)
def test_wrong_facts_are_told_and_nothing_is_stored(world, owner, change, words):
    response = owner.post(f"{EVENT}edit/", event_data(**{"venue": "Elsewhere", **change}))
    assert response.status_code == 422
    assert words in messages_of(response)
    event = Event.objects.get(pk=world.event.pk)
    assert (event.venue, event.version) == ("Hobro Skole", 1)


def test_a_draft_can_change_its_address_but_not_to_a_taken_one(world, owner):
    make_event(world.organization, "draft", state=Event.State.DRAFT)
    for slug, words in (
        ("fastaval", "already"),
        ("cart", "our own pages"),
        ("UPPER", "small letters"),
        ("a b", "small letters"),
        ("../x", "small letters"),
    ):
        response = owner.post(f"{BASE}draft/edit/", event_data(slug=slug))
        assert response.status_code == 422, slug
        assert words in messages_of(response), slug
    response = owner.post(f"{BASE}draft/edit/", event_data(slug="better"))
    assert response.headers["Location"] == f"{BASE}better/"


# --- States -------------------------------------------------------------------------------------------------------------


def test_states_change_after_a_preview_of_what_happens(world, owner):
    Quota.objects.filter(pk=world.people.pk).update(sold=3)
    assert b"3 places are sold" in owner.get(f"{EVENT}state/cancel/").content
    assert owner.post(f"{EVENT}state/close/").status_code == 302
    assert owner.post(f"{EVENT}state/close/").status_code == 409
    assert owner.post(f"{EVENT}state/publish/").status_code == 302
    assert owner.post(f"{EVENT}state/cancel/").status_code == 302
    assert Event.objects.get(pk=world.event.pk).state == Event.State.CANCELLED
    assert owner.post(f"{EVENT}state/publish/").status_code == 409


def test_a_draft_with_blockers_says_what_to_mend(world, owner):
    make_event(world.organization, "empty", state=Event.State.DRAFT)
    assert b"Nothing is for sale yet" in owner.get(f"{BASE}empty/").content
    response = owner.post(f"{BASE}empty/state/publish/")
    assert (response.status_code, Event.objects.get(slug="empty").state) == (409, Event.State.DRAFT)


def test_last_years_event_is_copied(world, owner):
    assert b'value="2027-03-31"' in owner.get(f"{EVENT}copy/").content
    owner.post(f"{EVENT}copy/", {"name": "Fastaval 2027", "starts_on": "2027-03-24", "ends_on": "2027-03-28"})
    assert Event.objects.get(slug="fastaval-2027").starts_on == date(2027, 3, 24)
    assert (
        owner.post(f"{EVENT}copy/", {"name": "Odd", "starts_on": "9999-12-31", "ends_on": "9999-12-31"}).status_code
        == 422
    )
