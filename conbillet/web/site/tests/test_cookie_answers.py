"""Answering about cookies: by form, by the browser's signal, and taking it back; as many clicks each way."""

import pytest
from django.test import Client

from conbillet.consents.models import ConsentReceipt
from conbillet.consents.queries import current_policy_version
from conbillet.core import clock
from conbillet.core.clock import copenhagen_day

pytestmark = [pytest.mark.django_db, pytest.mark.proves("cookie.consent")]

PATH = "/policy/cookies/"


def test_yes_then_no_then_nothing(client):
    response = client.post(PATH, {"answer": "all"})
    assert response.status_code == 303 and set(response.cookies) == {"consent"}
    cookie = response.cookies["consent"]
    receipt = ConsentReceipt.objects.get()
    assert cookie.value == f"{receipt.reference}.all"
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 365 * 86_400
    assert receipt.reference in client.get(PATH).content.decode()
    assert (receipt.policy_version, receipt.method) == (current_policy_version(on=copenhagen_day(clock.now())), "form")
    client.post(PATH, {"answer": "necessary"})
    assert ConsentReceipt.objects.filter(reference=receipt.reference).count() == 2
    withdrawn = client.post(PATH, {"answer": "withdraw"})
    assert withdrawn.cookies["consent"].value == ""
    assert ConsentReceipt.objects.filter(reference=receipt.reference).last().method == "withdrawal"


def test_each_answer_takes_one_click(client):
    """One form, and each answer is one of its buttons: giving, refusing and withdrawing cost the same."""
    before = client.get(PATH).content.decode()
    assert before.count('name="answer"') == 2 and before.count('method="post"') == 1
    client.post(PATH, {"answer": "all"})
    after = client.get(PATH).content.decode()
    assert 'value="withdraw"' in after and 'value="necessary"' in after


def test_the_signal_is_shown_and_counts_as_no(client):
    page = client.get(PATH, headers={"Sec-GPC": "1"}).content.decode()
    assert "Global Privacy Control" in page and 'value="all"' not in page
    client.post(PATH, {"answer": "all"}, headers={"Sec-GPC": "1"})
    receipt = ConsentReceipt.objects.get()
    assert (receipt.choices, receipt.method) == ("necessary", "gpc")


def test_nonsense_stores_nothing(client):
    for answer in ("", "everything", "../../etc"):
        response = client.post(PATH, {"answer": answer})
        assert response.status_code == 400 and response.cookies == {}
    client.post(PATH, {"answer": "withdraw"})
    assert not ConsentReceipt.objects.exists()


@pytest.mark.parametrize("value", ["", ".", "x" * 4000, "'; DROP TABLE", "AAAA.all", "\x00.all"])
def test_a_strange_cookie_is_no_answer(client, value):
    client.cookies["consent"] = value
    assert client.get(PATH).status_code == 200
    assert client.post(PATH, {"answer": "all"}).status_code == 303
    assert ConsentReceipt.objects.get().reference != value.split(".")[0]


def test_a_receipt_cannot_be_chosen_by_the_visitor():
    """An unknown reference in the cookie gets a new one: nobody can plant theirs in another's browser to follow it."""
    client = Client()
    client.cookies["consent"] = "ABCDEFGHJKMNPQRSTVWX.all"
    client.post(PATH, {"answer": "necessary"})
    assert ConsentReceipt.objects.get().reference != "ABCDEFGHJKMNPQRSTVWX"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_planted_a_form_of_another_site_is_refused(client, headers):
    assert client.post(PATH, {"answer": "all"}, headers=headers).status_code == 403
    assert not ConsentReceipt.objects.exists()


def test_the_receipt_holds_no_address_and_no_person():
    names = {field.name for field in ConsentReceipt._meta.concrete_fields}
    assert names == {"id", "reference", "policy_version", "text_hash", "choices", "method", "given_at"}
