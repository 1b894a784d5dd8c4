"""Nothing is typed twice: whoever goes back from the checkout to add something brings along what was typed."""

import pytest
from django.db import connection

from conbillet.sales.models import CartLine
from conbillet.web.shop.carrying import LONGEST, carried
from tests.visitor import fields_of, path_of

TYPED = {"buyer__name": "Ada Lund", "p1__badge_name": "Ada!", "p2__name": "Bo <i>", "p2__birth_date": "half"}


def more(visitor):
    sent = visitor.fill(**TYPED) | {"action": "more"}
    return visitor.post(f"{visitor.base}checkout/", sent)


def add(visitor, page, **chosen):
    sent = fields_of(page) | {f"quantity_{product}": number for product, number in chosen.items()}
    return visitor.post(f"{visitor.base}cart/", sent)


def follow(visitor, answer, page):
    """A browser that is sent on with 307 sends the same form again."""
    assert answer.status_code == 307
    return visitor.post(path_of(answer["Location"]), fields_of(page))


def test_what_was_typed_comes_back_from_the_events_page(visitor, world):
    visitor.add(adult=2)
    page = more(visitor)
    assert page.status_code == 200 and "Bo &lt;i&gt;" in page.content.decode()
    back = follow(visitor, add(visitor, page, **{str(world.bed.pk): 1}), page)
    typed = fields_of(back)
    assert CartLine.objects.count() == 3
    assert [typed[name.replace("__", "-")] for name in TYPED] == list(TYPED.values())
    assert 'id="errors"' not in back.content.decode()


def test_whoever_adds_nothing_goes_back_to_what_was_typed(visitor, world):
    visitor.add(adult=2)
    page = more(visitor)
    back = follow(visitor, add(visitor, page), page)
    assert CartLine.objects.count() == 2
    assert fields_of(back)["p1-badge_name"] == "Ada!"


def test_a_refusal_on_the_way_loses_nothing(visitor, world):
    visitor.add(adult=1)
    refused = add(visitor, more(visitor), **{str(world.bed.pk): 99})
    assert refused.status_code == 422
    assert fields_of(refused)["buyer-name"] == "Ada Lund"


def test_nothing_about_a_person_is_stored_meanwhile(visitor, world):
    visitor.add(adult=1)
    sent = visitor.fill(buyer__name="Uniqueperson") | {"action": "more"}
    page = visitor.post(f"{visitor.base}checkout/", sent)
    assert "Uniqueperson" in page.content.decode()
    assert page["Cache-Control"].count("no-store") == 1
    add(visitor, page, **{str(world.bed.pk): 1})
    assert "Uniqueperson" not in str(dict(visitor.client.session))
    with connection.cursor() as cursor:
        for table in ("sales_cart", "sales_cartline", "sales_hold"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%Uniqueperson%%'")  # noqa: S608  our own names only
            assert cursor.fetchone() == (0,)


def test_without_a_checkout_nothing_is_carried(visitor, world):
    answer = visitor.add(adult=1, buyer__name="Mallory")
    assert answer.status_code == 303
    assert carried({"buyer-name": "Mallory"}) == []


@pytest.mark.parametrize("name", ["quantity_1", "action", "change", "shown_amount", "p1-<b>", "onclick"])
def test_only_fields_of_the_checkout_are_carried(name):
    assert carried({"cart": "X", name: "1"}) == [("cart", "X")]
    assert carried({"cart": "X", "p1-name": "a" * (LONGEST + 1)}) == [("cart", "X")]
