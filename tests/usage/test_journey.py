"""What is counted on the way to a ticket, and what it costs."""

import inspect

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.payments.actions import start_checkout
from conbillet.sales.actions import add_to_cart, change_cart, place_order
from conbillet.sales.models import Cart
from conbillet.usage.steps import FIELDS, REASONS, reason_of
from conbillet.web import counting
from conbillet.web.shop.checkout_form import BuyerForm, PersonForm
from conbillet.workflows import purchase
from tests.jobs import run_jobs
from tests.visitor import Visitor

from .conftest import BROWSER, counted


def test_a_purchase_is_counted_step_by_step(visitor, world, shop, tally, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        visitor.get("/")
        visitor.get(f"/{world.organization.slug}/")
        visitor.get(visitor.base)
        visitor.add(adult=1)
        shown = visitor.checkout()
        answer = visitor.buy(shown)
        assert answer.status_code == 303
        visitor.pay_at_stripe(answer)
    assert visitor.order().state == "paid"
    assert counted(tally) == {
        "front": 1, "organization": 1, "event": 1, "cart": 1, "checkout": 1, "details": 1, "order": 1, "paid": 1,
    }  # fmt: skip


def test_a_payment_that_is_confirmed_twice_is_counted_once(visitor, world, shop, tally, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        visitor.add(adult=1)
        answer = visitor.buy()
        visitor.pay_at_stripe(answer)
        shop.delivered.clear()
        shop.deliver(times=2)
        run_jobs()
    assert counted(tally)["paid"] == 1


def test_where_people_give_up_is_counted_with_the_reason_and_the_field(visitor, world, tally):
    visitor.add(adult=0)
    visitor.add(adult=99)
    visitor.add(adult="to")
    visitor.add(adult=2)
    visitor.buy(buyer__email="nej", p1__birth_date="31-02-1990", p2__name="", p2__birth_date="igår")
    assert counted(tally) == {
        "refused:nothing_chosen": 1, "refused:too_many": 1, "refused:bad_quantity": 1, "cart": 1, "checkout": 1, "details": 1,
        "fault:buyer_email": 1, "fault:person_birth_date": 1, "fault:person_name": 1,
    }  # fmt: skip


def test_sold_out_is_counted_on_both_sides_of_the_cart(visitor, world, tally):
    world.people.size = 2
    world.people.save()
    visitor.add(adult=2)
    other = Visitor(visitor.shop, Client(headers=BROWSER))
    other.add(adult=1)
    visitor.post(f"{visitor.base}checkout/", {**visitor.fill(), "change": f"{world.adult.pk}.0.3"})
    assert counted(tally)["refused:product_sold_out"] == 2


def test_coming_back_from_stripe_and_giving_up_are_counted(visitor, world, shop, tally):
    visitor.add(adult=1)
    visitor.buy()
    order = visitor.order()
    path = f"/order/{order.reference}/{order.access_key}/"
    visitor.get(f"{path}?gave_up=1")
    visitor.post(f"{path}leave/", {})
    order.refresh_from_db()
    assert order.state == "cancelled"
    visitor.get(f"{path}?gave_up=1")  # it has ended; looking again is no giving up
    found = counted(tally)
    assert (found["gave_up"], found["left"]) == (1, 1)


ROBOTS = {
    "a search engine": {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    "a preview of a chat": {"user-agent": "Mozilla/5.0 facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
    "a script": {"user-agent": "python-requests/2.32"},
    "nothing said": {"user-agent": ""},
    "no language": {"accept-language": None},
    "fetched ahead": {"sec-purpose": "prefetch;prerender"},
    "a browser that tests": {"user-agent": BROWSER["user-agent"].replace("Firefox", "HeadlessChrome")},
}  # fmt: skip


@pytest.mark.parametrize("robot", ROBOTS)
def test_robots_are_left_out(world, tally, robot):
    headers = {name: value for name, value in {**BROWSER, **ROBOTS[robot]}.items() if value is not None}
    assert Client(headers=headers).get(f"/{world.organization.slug}/{world.event.slug}/").status_code == 200
    assert counted(tally) == {}


@pytest.mark.parametrize("headers", [{"sec-gpc": "1"}, {"dnt": "1"}, {}], ids=["GPC", "DNT", "neither"])
def test_signals_against_following_change_nothing_since_nobody_is_followed(world, tally, headers):
    Client(headers={**BROWSER, **headers}).get(f"/{world.organization.slug}/{world.event.slug}/")
    assert counted(tally) == {"event": 1}


def test_looking_at_the_headers_alone_counts_nothing(world, tally):
    Client(headers=BROWSER).head(f"/{world.organization.slug}/{world.event.slug}/")
    assert counted(tally) == {}


def test_a_page_that_the_browser_still_has_is_counted(world, tally):
    client, path = Client(headers=BROWSER), f"/{world.organization.slug}/{world.event.slug}/"
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    assert counted(tally) == {"event": 2}


def test_a_step_costs_no_query_and_no_cookie(shop, world, monkeypatch):
    """Each page of a purchase, with the counting and without it."""

    def statements() -> list[int]:
        visitor, found = Visitor(shop, Client(enforce_csrf_checks=True, headers=BROWSER)), []
        for step in (lambda: visitor.get(visitor.base), lambda: visitor.add(adult=1), visitor.checkout, visitor.buy):
            with CaptureQueriesContext(connection) as captured:
                step()
            found.append(len(captured))
        Cart.objects.all().update(ordered_at=None)
        return found

    statements()  # what is kept in the process is there from now on
    with_it = statements()
    monkeypatch.setattr(counting, "count_step", lambda *args, **rest: None)
    monkeypatch.setattr(purchase, "count_step", lambda *args, **rest: None)
    assert with_it == statements()
    assert with_it[0] == 1


def every(kind: type[Exception]) -> set[type[Exception]]:
    return {kind, *(below for child in kind.__subclasses__() for below in every(child))}


def test_every_refusal_has_words():
    assert change_cart.CartIsOrdered in every(add_to_cart.CannotAddToCart)
    kinds = every(add_to_cart.CannotAddToCart) | every(place_order.CannotPlaceOrder) | every(start_checkout.CannotCheckOut)
    bases = {"CannotAddToCart", "CannotPlaceOrder", "CannotCheckOut"}
    no_refusals = {"AlreadyOrdered", "CartIsOrdered", "NothingToPay", "AlreadyPaid"}  # the order is there, or the money
    ours = {kind.__name__: reason_of(kind) for kind in kinds if kind.__module__.startswith("conbillet.")}
    assert {name for name, reason in ours.items() if reason == "other"} == bases | no_refusals
    assert set(REASONS) == {*ours.values(), "too_often", "other_window", "late_money"}


def test_every_field_of_the_checkout_has_words():
    fields = {f"buyer_{name}" for name in BuyerForm.base_fields} | {f"person_{name}" for name in PersonForm.base_fields}
    assert set(FIELDS) == {*fields, "other"}
    assert "cleaned_data" not in inspect.getsource(counting)
