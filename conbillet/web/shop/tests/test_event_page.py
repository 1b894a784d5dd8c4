"""The event page: light, fast, the same for everybody, and safe whatever the association wrote."""

import gzip
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings as plain
from django.contrib.staticfiles import finders
from django.test import Client

from conbillet.catalogue.models import Event, Product, Quota
from conbillet.core import clock
from tests import cast
from tests.cast import make_event, make_product, make_quota

world, now = cast.world, cast.now  # the cast of March 2026, not the one of today

ADDRESS = "/alea/fastaval/"
BUDGET = 30 * 1024  # bytes, compressed: HTML, CSS and JavaScript of the event page (people-and-pages)
NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"


@pytest.fixture(autouse=True)
def at(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


def english(**headers) -> Client:
    return Client(headers={"accept-language": "en", **headers})


def text_of(response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_whole_page_is_light(world, client):
    """With a real event's worth of products and text; pictures apart."""
    for number in range(12):
        make_product(
            world.event,
            "meal",
            f"Aftensmad på dag nummer {number}",
            7500 + number,
            quotas=[world.people],
            position=20 + number,
        )
    Event.objects.filter(pk=world.event.pk).update(
        description_da="Et langt afsnit om spil, mad og venner. " * 60, version=2
    )
    page = client.get(ADDRESS)
    parts = {"html": len(gzip.compress(page.content, 6))}
    for name in re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"', page.content.decode()):
        path = finders.find(name)
        assert path, name
        with open(path, "rb") as file:  # noqa: PTH123  as the code under test does
            parts[name] = len(gzip.compress(file.read(), 9))
    parts["theme"] = len(gzip.compress(client.get("/theme/alea.css").content))
    assert {"web/tokens.css", "web/components.css", "shop/shop.css", "web/stepper.js", "shop/event.js"} <= set(parts)
    assert sum(parts.values()) <= BUDGET, parts


@pytest.mark.proves("cookie.login")
@pytest.mark.parametrize(
    "address",
    ["/", "/alea/", ADDRESS, "/theme/alea.css", f"{ADDRESS}calendar.ics", "/?q=fastaval&month=2026-04&page=2"],
)
def test_no_cookie_is_set_by_looking(world, client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert not client.cookies


def test_the_language_follows_the_browser_and_the_wish(world):
    assert "Billetter" in text_of(Client(headers={"accept-language": "da"}).get(ADDRESS))
    assert "Billetter" in text_of(Client(headers={"accept-language": "nb,sv;q=0.5"}).get(ADDRESS))
    page = english().get(ADDRESS)
    assert "Tickets" in text_of(page)
    assert page.headers["Content-Language"] == "en"
    assert {"Accept-Language", "Cookie", "Accept-Encoding"} <= set(page.headers["Vary"].split(", "))
    visitor = Client(headers={"accept-language": "da"})
    assert "Tickets" in text_of(visitor.get(f"{ADDRESS}?lang=en&fbclid=123"))
    assert "Tickets" in text_of(visitor.get(ADDRESS))  # the choice is kept


def test_a_page_with_parameters_of_one_visitor_is_not_shown_to_another(world, client):
    assert b"fbclid" not in client.get(f"{ADDRESS}?fbclid=secret-of-one").content
    assert b"secret-of-one" not in client.get(ADDRESS).content


def test_the_page_is_the_same_from_the_cache_and_new_when_something_changes(world):
    visitor = english()
    first = visitor.get(ADDRESS)
    assert visitor.get(ADDRESS).content == first.content
    assert "Only 10 left" in text_of(first)
    Quota.objects.filter(pk=world.people.pk).update(sold=9)
    assert "Only 1 left" in text_of(visitor.get(ADDRESS))
    Quota.objects.filter(pk=world.people.pk).update(sold=8, held=2)
    assert "other people's carts" in text_of(visitor.get(ADDRESS))
    Quota.objects.filter(pk=world.people.pk).update(sold=10, held=0)
    assert "Sold out" in text_of(visitor.get(ADDRESS))
    Event.objects.filter(pk=world.event.pk).update(name="Another name", version=99)
    assert "Another name" in text_of(visitor.get(ADDRESS))


def test_an_unchanged_page_is_not_sent_again_and_compressed_where_it_can_be(world):
    visitor = Client(headers={"accept-encoding": "gzip"})
    page = visitor.get(ADDRESS)
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"<h1>" in gzip.decompress(page.content)
    again = visitor.get(ADDRESS, headers={"if-none-match": page.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Quota.objects.filter(pk=world.people.pk).update(sold=1)
    assert visitor.get(ADDRESS, headers={"if-none-match": page.headers["ETag"]}).status_code == 200


def test_it_costs_one_query(world, client, django_assert_num_queries):
    client.get(ADDRESS)
    with django_assert_num_queries(1):
        client.get(ADDRESS)
    for number in range(3):
        make_product(
            world.event, "meal", f"Dinner {number}", 5000, quotas=[make_quota(world.event, f"Kitchen {number}", 5)]
        )
    Event.objects.filter(pk=world.event.pk).update(version=2)
    client.get(ADDRESS)
    with django_assert_num_queries(1):
        client.get(ADDRESS)
    with django_assert_num_queries(1):
        assert client.get("/alea/nothing-here/").status_code == 404


def test_fields_are_named_as_the_cart_reads_them(world):
    page = english().get(ADDRESS).content.decode()
    for name in (
        f"quantity_{world.adult.pk}",
        f"quantity_{world.shirt.pk}_{world.sizes['M'].pk}",
        f"amount_{world.donation.pk}",
    ):
        assert f'name="{name}"' in page
    assert 'action="/alea/fastaval/cart/"' in page
    assert "csrfmiddlewaretoken" not in page
    assert re.search(rf'name="quantity_{world.membership.pk}"[^>]*max="4"', page)
    assert "checked" not in page  # nothing is chosen beforehand


def test_both_prices_stand_beside_each_other(world):
    page = text_of(english().get(ADDRESS))
    assert re.search(r"DKK 400\s+member\s+DKK 275", page)
    assert re.search(r"Child 0-14.*?Free", page, re.S)


@pytest.mark.parametrize(
    ("fields", "words", "sells"),
    [
        ({"state": "live"}, "Put in the cart", True),
        ({"state": "closed"}, "The sale is over", False),
        ({"state": "cancelled"}, "The event is cancelled", False),
        ({"sales_open_at": "later"}, "The sale opens 31 March 2026", False),
        ({"starts_on": "past"}, "That was it for this time", False),
    ],
)
def test_each_state_says_what_it_means(world, now, fields, words, sells):
    values = dict(fields)
    if "sales_open_at" in values:
        values["sales_open_at"] = now + timedelta(days=30)
        values["sales_close_at"] = None
    if "starts_on" in values:
        values.update(
            starts_on=now.date() - timedelta(days=9),
            ends_on=now.date() - timedelta(days=5),
            sales_close_at=now - timedelta(days=5),
        )
    Event.objects.filter(pk=world.event.pk).update(version=5, **values)
    page = english().get(ADDRESS)
    assert words in text_of(page)
    assert ('name="quantity_' in page.content.decode()) == sells


def test_a_draft_is_not_there(world, client):
    Event.objects.filter(pk=world.event.pk).update(state=Event.State.DRAFT)
    for address in (ADDRESS, f"{ADDRESS}calendar.ics"):
        assert client.get(address).status_code == 404
    assert b"Fastaval" not in client.get("/").content


def test_two_associations_share_an_address_word_and_nothing_else(world, client):
    twin = make_event(world.other, "fastaval", name="Tvilling")
    make_product(twin, "ticket", "Enlig", 100)
    assert "Tvilling" in text_of(client.get("/hyggecon/fastaval/"))
    assert "Tvilling" not in text_of(client.get(ADDRESS))
    assert "Enlig" not in text_of(client.get(ADDRESS))


# --- Whatever the association wrote ---------------------------------------------------------------------------------------


@pytest.mark.asvs("1.2.1")
def test_names_and_texts_are_only_text(world, client):
    Event.objects.filter(pk=world.event.pk).update(
        name=NASTY,
        tagline_da=NASTY,
        description_da=NASTY,
        practical_da=NASTY,
        venue=NASTY,
        city=NASTY[:70],
        picture_alt=NASTY,
        version=7,
    )
    Product.objects.filter(event=world.event).update(name_da=NASTY[:70], description_da=NASTY)
    world.organization.name, world.organization.about_da = NASTY, NASTY
    world.organization.save()
    for address in (ADDRESS, "/alea/", "/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
    assert client.get(f"{ADDRESS}calendar.ics").content.decode().count("BEGIN:VEVENT") == 1


@pytest.mark.asvs("1.2.3")
def test_without_the_escape_a_name_would_end_the_data_block(world, client):
    """The twin with a planted bug: plain JSON in a script element lets the name out, and this search finds it."""
    Event.objects.filter(pk=world.event.pk).update(name=NASTY, version=8)
    assert "</script><script>alert" in json.dumps({"name": NASTY})
    assert "</script><script>alert" not in client.get(ADDRESS).content.decode()


def test_search_engines_read_the_event(world, client, settings):
    page = client.get(ADDRESS, headers={"host": "localhost"}).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert (data["@type"], data["startDate"], data["endDate"]) == ("Event", "2026-04-01", "2026-04-05")
    assert data["location"]["address"]["postalCode"] == "9500"
    assert {(offer["name"], offer["price"]) for offer in data["offers"]} == {
        ("Adult, all days", "400.00"),
        ("Child 0-14", "0.00"),
        ("Day ticket", "140.00"),
    }
    assert data["url"] == f"{plain.CONBILLET_BASE_URL}/alea/fastaval/"
    for tag in (
        'property="og:title" content="Fastaval 2026"',
        f'rel="canonical" href="{plain.CONBILLET_BASE_URL}/alea/fastaval/"',
    ):
        assert tag in page


def test_the_calendar_entry_covers_all_days_and_folds_long_lines(world, client):
    Event.objects.filter(pk=world.event.pk).update(tagline_da="Rødgrød, fløde; og mere\n" + "ø" * 90, version=3)
    response = client.get(f"{ADDRESS}calendar.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    lines = response.content.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    text = response.content.decode().replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20260401\r\nDTEND;VALUE=DATE:20260406" in text
    assert "Rødgrød\\, fløde\\; og mere\\n" in text


# --- Around it ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/nobody/",
        "/nobody/nothing/",
        "/theme/nobody.css",
        "/media/events/x.webp",
        "/media/../settings.py",
        "/media/events/0000000000000000-960.webp",
    ],
)
def test_what_is_not_there_is_not_found(world, client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/", "/alea/", ADDRESS, "/theme/alea.css", f"{ADDRESS}calendar.ics"])
def test_pages_are_only_read(world, client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


def test_a_theme_is_small_cached_and_survives_a_bad_colour(world, client):
    sheet = client.get("/theme/alea.css")
    assert "--accent:" in sheet.content.decode()
    assert client.get("/theme/alea.css", headers={"if-none-match": sheet.headers["ETag"]}).status_code == 304
    type(world.organization).objects.filter(pk=world.organization.pk).update(accent_colour="red;}")
    assert "red" not in client.get("/theme/alea.css").content.decode()


def test_the_front_page_says_what_to_do_when_nothing_fits(world, client):
    page = client.get("/?q=<script>alert(1)</script>&place=Nowhere", headers={"accept-language": "en"})
    assert "Nothing fits that" in text_of(page)
    assert "<script>alert" not in page.content.decode()
    Event.objects.all().update(state=Event.State.DRAFT)
    assert "No conventions are announced" in text_of(client.get("/", headers={"accept-language": "en"}))


def test_the_cart_stands_in_the_header_of_whoever_has_one(world, client):
    for address in ("/", "/alea/", ADDRESS):
        assert b'class="count"' not in client.get(address).content
    session = client.session
    session["cart_count"], session["cart_url"] = 3, "/alea/fastaval/checkout/"
    session.save()
    client.cookies[plain.SESSION_COOKIE_NAME] = session.session_key
    for address in ("/", "/alea/", ADDRESS):
        page = client.get(address)
        assert b'<span class="count">3</span>' in page.content, address
        assert page.headers["Cache-Control"].startswith("private"), address
    assert b'class="count"' not in Client().get(ADDRESS).content
