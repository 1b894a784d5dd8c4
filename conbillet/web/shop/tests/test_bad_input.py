"""Whatever is sent to the pages of a purchase gets a clear answer, stores nothing and loses nothing."""

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.sales.models import Cart, CartLine, HeldUnits, Hold, Order
from tests.cast import make_event, make_product, make_quota
from tests.visitor import Visitor, fields_of


def stored() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Cart, CartLine, Hold, HeldUnits, Order))


@pytest.mark.parametrize(
    "quantity",
    ["-1", "-0", "1.5", "1,5", "1e3", "NaN", "²", "１", "9" * 400, "101", "0x1", "' OR 1=1 --", "\x00", "<b>1</b>"],
)
@pytest.mark.asvs("1.4.2", "2.2.1")
def test_a_quantity_that_is_none_is_refused_beside_its_product(visitor, world, quantity):
    before = stored()
    answer = visitor.add(adult=quantity, day="2")
    html = answer.content.decode()
    assert answer.status_code == 422 and stored() == before
    assert f'id="e-{world.adult.pk}"' in html and "<b>1</b>" not in html
    assert f'name="quantity_{world.day.pk}" id="quantity_{world.day.pk}" value="2"' in html


@pytest.mark.parametrize(
    "amount", ["-50", "1", "9.99", "99999999999", "ti", "1.2.3", "50;DROP", "∞", "9" * 400, "5\u202e0"]
)
def test_an_amount_that_is_none_is_refused_beside_the_gift(visitor, world, amount):
    before = stored()
    answer = visitor.add(donation=amount)
    assert answer.status_code == 422 and stored() == before
    assert f'id="e-{world.donation.pk}"' in answer.content.decode()


def test_nothing_chosen_is_said(visitor):
    for chosen in (
        {},
        {"adult": "0"},
        {"adult": ""},
        {"donation": ""},
        {"nonsense": "5"},
        {"quantity_": "5"},
        {"quantity_x": "1"},
    ):
        answer = visitor.add(**chosen)
        assert answer.status_code == 422 and "Vælg mindst én ting først" in answer.content.decode()
    assert not Cart.objects.exists()


@pytest.mark.asvs("2.3.2")
def test_more_than_there_is_and_more_than_an_order_may_hold(visitor, world):
    assert "ikke nok tilbage" in visitor.add(bed=3).content.decode()
    assert visitor.add(membership=5).status_code == 422
    assert visitor.add(day=31).status_code == 422
    assert not Cart.objects.exists() and not Hold.objects.exists()
    world.beds.refresh_from_db()
    assert world.beds.held == 0


@pytest.mark.asvs("2.2.2", "8.2.2")
def test_ids_of_others_in_the_body(visitor, world):
    elsewhere = make_event(world.other, "other")
    foreign = make_product(elsewhere, "ticket", "Foreign", 100, quotas=[make_quota(elsewhere, "x", 5)])
    size = world.sizes["M"]
    for fields in (
        {f"quantity_{foreign.pk}": 1},
        {"quantity_999999999999": 1},
        {f"quantity_{world.shirt.pk}": 1},
        {f"quantity_{world.adult.pk}_{size.pk}": 1},
        {f"quantity_{world.shirt.pk}_{size.pk + 1000}": 1},
        {f"quantity_{world.donation.pk}": 1},
        {f"amount_{world.adult.pk}": "1"},
    ):
        assert visitor.add(**fields).status_code == 422, fields
    assert not CartLine.objects.exists()


@pytest.mark.asvs("3.5.1")
def test_another_sites_page_cannot_put_things_in_the_cart(visitor, world):
    path, data = f"{visitor.base}cart/", {f"quantity_{world.adult.pk}": 1}
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ):
        assert visitor.client.post(path, data, headers=headers).status_code == 403
    assert not Cart.objects.exists()
    assert visitor.client.post(path, data, headers={"sec-fetch-site": "same-origin"}).status_code == 303
    assert visitor.client.post(path, data, headers={"origin": "http://testserver"}).status_code == 303


def test_addresses_that_do_not_exist(visitor, world):
    for path in ("/alea/nothing/cart/", "/nobody/fastaval/cart/"):
        assert visitor.post(path, {"quantity_1": "1"}).status_code == 404
    assert visitor.get("/alea/nothing/checkout/").status_code == 302
    assert visitor.get(f"{visitor.base}cart/").status_code == 302
    for method in ("put", "delete", "patch"):
        assert getattr(visitor.client, method)(f"{visitor.base}cart/").status_code == 405
        assert getattr(visitor.client, method)(f"{visitor.base}checkout/").status_code in {403, 405}


@pytest.mark.asvs("2.3.1")
def test_steps_that_are_skipped(visitor, world):
    assert visitor.checkout()["Location"] == visitor.base
    visitor.add(adult=1)
    stranger = Visitor(visitor.shop)
    assert stranger.checkout()["Location"] == visitor.base
    answer = stranger.post(f"{visitor.base}checkout/", {"action": "buy", "cart": visitor.cart().reference})
    assert answer.status_code in {302, 403}
    assert not Order.objects.exists()


@pytest.mark.asvs("3.5.1")
def test_the_order_form_needs_its_token(visitor, world):
    visitor.add(adult=1)
    data = visitor.fill() | {"action": "buy"}
    del data["csrfmiddlewaretoken"]
    assert visitor.post(f"{visitor.base}checkout/", data).status_code == 403
    assert not Order.objects.exists()


@pytest.mark.parametrize("shown", ["", "1", "0", "-1", "27500", "4e4", "٤٠٠٠٠", "9" * 300, None])
def test_an_altered_total_is_shown_first(visitor, world, shown):
    visitor.add(adult=1)
    answer = visitor.buy(shown_amount=shown)
    assert answer.status_code == 200 and not Order.objects.exists()
    assert "Det samlede beløb er ændret" in answer.content.decode()
    assert fields_of(answer)["shown_amount"] == "40000"
    assert fields_of(answer)["buyer-name"] == "Ada Lund"
    assert visitor.buy(answer).status_code == 303


@pytest.mark.asvs("2.2.2", "15.3.3")
def test_altered_hidden_fields_change_nothing(visitor, world):
    visitor.add(adult=1, bed=1)
    line = CartLine.objects.order_by("pk")[0]
    answer = visitor.buy(
        **{
            f"who_{line.pk}": "99",
            "people": "1,2,x,-1",
            "who_999999": "1",
            "buyer-person_id": str(world.owner.pk),
            "p1-person_id": str(world.owner.pk),
            "method": "free",
            "buyer-method": "free",
            "amount": "0",
        }
    )
    assert answer.status_code == 303
    order = visitor.order()
    assert (order.amount, order.method, order.buyer_id) == (60000, "card", None)
    assert list(order.participants.values_list("person_id", flat=True)) == [None]


def test_a_cart_of_somebody_else_is_not_shown_or_bought(visitor, world):
    other = Visitor(visitor.shop)
    other.add(day=1)
    theirs = other.cart().reference
    visitor.add(adult=1)
    answer = visitor.buy(cart=theirs)
    assert answer.status_code == 200 and "andet vindue" in answer.content.decode()
    assert not Order.objects.exists()
    assert (
        visitor.post(
            f"{visitor.base}checkout/", visitor.fill() | {"change": f"{world.day.pk}.0.0", "cart": theirs}
        ).status_code
        == 200
    )
    assert other.cart().lines.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "",
        "x",
        "1",
        "-1.0.1",
        "999999999.0.1",
        "{adult}.0.999",
        "{adult}.0.-1",
        "{adult}.99999.1",
        "{adult}.0.101",
        "{donation}.0.5",
    ],
)
def test_senseless_changes_of_the_cart(visitor, world, change):
    visitor.add(adult=1)
    sent = change.format(adult=world.adult.pk, donation=world.donation.pk)
    answer = visitor.post(f"{visitor.base}checkout/", visitor.fill() | {"change": sent})
    assert answer.status_code == 200
    assert [line.product_id for line in CartLine.objects.all()] == [world.adult.pk]
    world.people.refresh_from_db()
    assert world.people.held == 1


NAMES = [
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "Ada\u202eLund",
    "www.evil.example",
    "a@b.dk",
    "x" * 200,
    "\u200b",
    "123",
    "Ada\x00",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_none(visitor, world, name):
    visitor.add(adult=2)
    answer = visitor.buy(buyer__name=name, p2__name=name, p2__badge_name=name, p2__birth_date="01-01-1980")
    html = answer.content.decode()
    assert answer.status_code == 200 and not Order.objects.exists()
    assert "<script>alert" not in html
    for field in ("buyer-name", "p2-name", "p2-badge_name"):
        assert f'href="#id_{field}"' in html
    assert 'value="01-01-1980"' in html


def test_everything_that_is_missing_is_said_at_once_and_what_was_typed_stays(visitor, world):
    visitor.add(adult=2, membership=1)
    answer = visitor.buy(
        buyer__name="",
        buyer__email="no address",
        buyer__postcode="0001",
        p1__whose="me",
        p1__birth_date="31-02-1990",
        p2__name="Bo",
        p2__badge_name="Bobo",
    )
    html = answer.content.decode()
    for field in (
        "buyer-name",
        "buyer-email",
        "buyer-street",
        "buyer-postcode",
        "p1-birth_date",
        "p1-gender_0",
        "p2-birth_date",
    ):
        assert f'href="#id_{field}"' in html, field
    typed = fields_of(answer)
    assert (typed["buyer-email"], typed["p1-birth_date"], typed["p2-badge_name"]) == (
        "no address",
        "31-02-1990",
        "Bobo",
    )
    assert not Order.objects.exists()


def test_a_wrong_age_is_said_beside_the_date_of_birth(visitor, world):
    visitor.add(adult=1)
    answer = visitor.buy(p1__birth_date=f"01-01-{clock.now().year - 10}")
    html = answer.content.decode()
    assert answer.status_code == 200 and not Order.objects.exists()
    assert 'id="id_p1-birth_date_error"' in html and "18" in html


@pytest.mark.asvs("2.2.3")
def test_a_bed_without_a_ticket_is_refused_in_words(visitor, world):
    visitor.add(bed=1)
    answer = visitor.buy(p1__birth_date=None)
    assert "kun købes sammen med en billet" in answer.content.decode() and not Order.objects.exists()


def test_secret_pages_open_to_the_right_key_only(visitor, world):
    visitor.add(adult=1)
    visitor.buy()
    order = visitor.order()
    own = f"/order/{order.reference}/{order.access_key}/"
    right = visitor.get(own)
    assert right.status_code == 200
    assert right["Cache-Control"] == "private, no-store"
    assert "noindex" in right["X-Robots-Tag"] and right["Referrer-Policy"] == "same-origin"
    anybody = Client()
    for page in ("", "state.json", "tickets.pdf", "receipt-1.pdf"):
        for wrong in ("X" * 24, order.access_key[:-1], order.access_key.lower(), f"{order.access_key}0", "ø" * 24):
            assert anybody.get(f"/order/{order.reference}/{wrong}/{page}").status_code == 404
    for page in ("pay/", "leave/", "email/", "resend/"):
        assert (
            anybody.post(f"/order/{order.reference}/{'X' * 24}/{page}", {"email": "e@example.com"}).status_code == 404
        )
        assert anybody.get(f"{own}{page}").status_code == 405
        assert anybody.post(f"{own}{page}", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    order.refresh_from_db()
    assert order.state == "awaiting_payment"
    for path in ("tickets.pdf", "receipt-1.pdf", "receipt-999999999.pdf"):
        assert visitor.get(own + path).status_code == 404
    for path in (
        f"/ticket/{order.reference}/{order.access_key}/",
        f"/tickets/{order.reference}/{order.access_key}/",
        "/ticket/x/y/",
        "/tickets/x/y/",
    ):
        assert anybody.get(path).status_code == 404
