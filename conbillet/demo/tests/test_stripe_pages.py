"""The checkout page as a browser without scripts would use it."""

import urllib.error
import urllib.request

import pytest

from conbillet.demo.testing import FakeStripe

from .conftest import Create, line
from .test_connect import fetch

GOOD = {"card": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "name": "Mette"}


def test_paying_by_card(fake_stripe: FakeStripe, create: Create) -> None:
    session = create(line_items=[line("T-shirt", 15000, 2)], locale="da")
    status, _, page = fetch(session.url)
    assert status == 200
    for text in (
        "Prøve-betaling",
        "Fantasiforeningen",
        "2 × ",
        "T-shirt",
        "300,00 kr.",
        "mette@eksempel.dk",
        'lang="da"',
    ):
        assert text in page
    assert 'href="http://shop.test/cart/"' in page
    assert "<script" not in page
    success = f"http://shop.test/order/1/?session={session.id}"
    assert fetch(session.url, GOOD)[:2] == (303, success)
    # A double click: the second one goes the same way and charges nothing.
    assert fetch(session.url, GOOD)[:2] == (303, success)
    assert len(fake_stripe.objects("charge")) == 1
    status, _, page = fetch(session.url)
    assert "Der er allerede betalt" in page
    assert success in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"card": "4000000000000002"}, "Kortet blev afvist"),
        ({"card": "4000000000009995"}, "ikke dækning"),
        ({"card": "4571 0000 0000 0001"}, "Et rigtigt kortnummer må ikke skrives her"),
        ({"expiry": "13 / 34"}, "en dato i fremtiden"),
        ({"expiry": "01 / 20"}, "en dato i fremtiden"),
        ({"cvc": "12"}, "tre eller fire cifre"),
    ],
)
def test_a_card_that_is_refused(fake_stripe: FakeStripe, create: Create, changes: dict[str, str], message: str) -> None:
    session = create(locale="da")
    status, _, page = fetch(session.url, {**GOOD, **changes})
    assert status == 422
    assert message in page
    assert 'value="Mette"' in page
    assert "4571" not in page
    assert fake_stripe.objects("checkout.session")[0]["status"] == "open"
    assert fetch(session.url, GOOD)[0] == 303


def test_mobilepay(fake_stripe: FakeStripe, create: Create) -> None:
    session = create(locale="en")
    assert "Pay with MobilePay" in fetch(session.url)[2]
    app = f"{session.url}/mobilepay"
    assert "Swipe to pay" in fetch(app)[2]
    status, location, _ = fetch(app, {"action": "reject"})
    assert status == 303
    assert "rejected in MobilePay" in fetch(fake_stripe.url + location)[2]
    assert fetch(app, {"action": "approve"})[:2] == (303, f"http://shop.test/order/1/?session={session.id}")
    assert fetch(app, {"action": "approve"})[0] == 303
    assert fetch(app, {"action": "reject"})[0] == 303
    assert [c["payment_method_details"]["type"] for c in fake_stripe.objects("charge")] == ["mobilepay"]


def test_only_the_methods_asked_for(create: Create) -> None:
    assert "MobilePay" not in fetch(create(payment_method_types=["card"]).url)[2]
    mobile = create(payment_method_types=["mobilepay"])
    assert "4242" not in fetch(mobile.url)[2]


def test_without_an_email_the_page_asks_for_one(fake_stripe: FakeStripe, create: Create) -> None:
    session = create(customer_email=None, locale="da")
    assert "Skriv en e-mailadresse" in fetch(session.url, {**GOOD, "email": "nej"})[2]
    assert fetch(session.url, {**GOOD, "email": "ole@eksempel.dk"})[0] == 303
    details = fake_stripe.objects("checkout.session")[0]["customer_details"]
    assert (details["email"], details["name"]) == ("ole@eksempel.dk", "Mette")


def test_expired_and_unknown(fake_stripe: FakeStripe, create: Create) -> None:
    session = create(locale="da")
    fake_stripe.expire(session.id)
    for form in (None, GOOD):
        status, _, page = fetch(session.url, form)
        assert (status, "Betalingen er udløbet" in page) == (410, True)
        assert "http://shop.test/cart/" in page
    assert fetch(f"{fake_stripe.url}/c/pay/cs_test_nothing")[0] == 404


def test_markup_in_names_stays_text(fake_stripe: FakeStripe, create: Create) -> None:
    session = create(line_items=[line("<script>alert(1)</script>\u202e")])
    for url in (session.url, fake_stripe.url):
        page = fetch(url)[2]
        assert "<script" not in page
        assert "<bdi>&lt;script&gt;" in page


def test_the_policy_of_the_page(create: Create) -> None:
    with urllib.request.urlopen(create().url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers.get("Set-Cookie") is None
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://shop.test" in policy
    assert "unsafe" not in policy


def test_a_form_of_another_site_is_refused(fake_stripe: FakeStripe, create: Create) -> None:
    session = create()
    for path in (f"/c/pay/{session.id}", "/do", "/_control/reset"):
        request = urllib.request.Request(fake_stripe.url + path, b"x=1", {"Sec-Fetch-Site": "same-site"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 403
    assert fake_stripe.objects("charge") == []


def test_the_overview_and_its_buttons(fake_stripe: FakeStripe, create: Create) -> None:
    one, two = create(), create()
    assert "Voksen, alle dage" in fetch(fake_stripe.url)[2]
    do = f"{fake_stripe.url}/do?lang=da"
    assert fetch(do, {"verb": "do_pay", "id": one.id})[:2] == (303, "/?lang=da")
    assert fetch(do, {"verb": "do_expire", "id": two.id})[0] == 303
    charge = fake_stripe.objects("charge")[0]["id"]
    fetch(do, {"verb": "do_dispute", "id": charge})
    fetch(do, {"verb": "do_won", "id": fake_stripe.objects("dispute")[0]["id"]})
    fetch(do, {"verb": "do_fault", "kind": "slow", "path": "*", "times": "2", "seconds": ""})
    state = fake_stripe.state()
    assert [row["status"] for row in state["objects"]["checkout.session"]] == ["complete", "expired"]
    assert state["objects"]["dispute"][0]["status"] == "won"
    assert state["faults"][0]["times"] == 2
    status, location, _ = fetch(do, {"verb": "do_pay", "id": "nothing"})
    assert "Det kunne ikke lade sig gøre" in fetch(fake_stripe.url + location)[2]
    page = fetch(f"{fake_stripe.url}/?lang=en")[2]
    assert "Checkout sessions" in page
    assert "charge.dispute.closed" in page
