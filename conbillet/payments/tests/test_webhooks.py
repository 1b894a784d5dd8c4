"""Webhooks: genuine ones are stored once and told on; everything else is refused and leaves nothing."""

import json
import time

import pytest

from conbillet.core import clock
from conbillet.payments.actions import receive_webhook as verb
from conbillet.payments.actions.receive_webhook import BadPayload, BadSignature, receive_webhook
from conbillet.payments.models import ProviderEvent
from conbillet.payments.signatures import is_genuine

EVENT = {
    "id": "evt_1",
    "object": "event",
    "account": "acct_1",
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_1", "customer_email": "buyer@example.com"}},
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_secret(settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_conbillet_test"]


def receive(body_and_signature, **changes):
    body, signature = body_and_signature
    return receive_webhook(body=body, signature=signature, now=changes.get("now") or clock.now())


def jobs() -> list[tuple[str, dict]]:
    from tests.jobs import announced

    return announced()


def test_an_event_is_stored_once_and_told_on(signed):
    pk = receive(signed(EVENT))
    assert receive(signed(EVENT)) is None
    row = ProviderEvent.objects.get()
    assert (row.pk, row.event, row.account, row.kind, row.object_id) == (
        pk,
        "evt_1",
        "acct_1",
        "checkout.session.completed",
        "cs_1",
    )
    assert jobs() == [("provider_event", {"event": pk})]


def test_planted_without_the_unique_id_a_double_is_told_on_twice(signed, monkeypatch):
    """Dedupe removed: the same event under two ids counts twice, which the test above would catch."""
    read = verb._read
    numbers = iter(range(9))
    monkeypatch.setattr(verb, "_read", lambda body: (f"{read(body)[0]}-{next(numbers)}", *read(body)[1:]))
    receive(signed(EVENT))
    receive(signed(EVENT))
    assert len(jobs()) == 2


def test_it_costs_two_statements(signed, django_assert_num_queries):
    with django_assert_num_queries(4):  # and the savepoint of the test
        receive(signed(EVENT))


@pytest.mark.parametrize("age", [301, -301, 86400])
@pytest.mark.asvs("9.2.1")
def test_old_signatures_and_ones_from_the_future_are_refused(signed, age):
    with pytest.raises(BadSignature):
        receive(signed(EVENT, at=time.time() - age))
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("age", [0, 290, -290])
def test_signatures_within_five_minutes_are_good(signed, age):
    assert receive(signed(EVENT, at=time.time() - age))


def test_two_secrets_while_one_replaces_the_other(signed, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", "whsec_old"]
    assert receive(signed({**EVENT, "id": "evt_2"}, secrets=("whsec_old",)))
    assert receive(signed({**EVENT, "id": "evt_3"}, secrets=("whsec_new",)))
    assert receive(signed({**EVENT, "id": "evt_4"}, secrets=("whsec_other", "whsec_new")))
    with pytest.raises(BadSignature):
        receive(signed({**EVENT, "id": "evt_5"}, secrets=("whsec_other",)))


def test_no_secret_accepts_nothing(signed, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []
    with pytest.raises(BadSignature):
        receive(signed(EVENT, secrets=("",)))


def test_an_altered_body_is_refused(signed):
    body, signature = signed(EVENT)
    with pytest.raises(BadSignature):
        receive((body.replace(b"cs_1", b"cs_2"), signature))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        "v1=abc",
        "t=x,v1=abc",
        "t=1,t=2,v1=abc",
        "t=9" + "9" * 400 + ",v1=a",
        "x" * 2000,
        "t=1,v1=æ",
        "t=²,v1=a",
    ],
)
def test_broken_headers_are_refused(header):
    with pytest.raises(BadSignature):
        receive((b"{}", header))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'"x"', b"{}", b"\xff\xfe", b'{"id": 1}', b"[" * 5000,
        json.dumps({**EVENT, "id": None}).encode(),
        json.dumps({**EVENT, "id": "x" * 81}).encode(),
        json.dumps({**EVENT, "account": ["acct_1"]}).encode(),
        json.dumps({**EVENT, "data": {"object": {"id": "cs_1\x00"}}}).encode(),
        json.dumps({**EVENT, "data": {"object": {"id": 17}}}).encode(),
        json.dumps({**EVENT, "data": None}).encode(),
        json.dumps({**EVENT, "type": {"a": 1}}).encode(),
    ],
)  # fmt: skip
def test_signed_nonsense_is_refused(body, monkeypatch):
    monkeypatch.setattr(verb, "is_genuine", lambda **rest: True)
    with pytest.raises(BadPayload):
        receive((body, ""))
    assert not ProviderEvent.objects.exists()


def test_a_huge_body_is_refused_before_its_signature_is_computed(monkeypatch):
    monkeypatch.setattr(verb, "is_genuine", lambda **rest: pytest.fail("computed"))
    with pytest.raises(BadPayload):
        receive((b" " * (verb.LARGEST_BODY + 1), ""))


@pytest.mark.parametrize("kind", ["charge.succeeded", "balance.available", "invoice.paid"])
def test_kinds_that_nobody_waits_for_are_acknowledged_and_forgotten(signed, kind):
    assert receive(signed({**EVENT, "type": kind})) is None
    assert receive(signed({"id": "evt_9", "type": kind, "data": {"object": {}}})) is None
    assert not ProviderEvent.objects.exists() and jobs() == []


def test_nothing_personal_is_kept(signed):
    receive(signed(EVENT))
    assert "buyer" not in repr(ProviderEvent.objects.values().get()) + repr(jobs())


def test_our_signatures_agree_with_the_sdk(signed):
    import stripe

    body, header = signed(EVENT)
    assert stripe.WebhookSignature.verify_header(body.decode(), header, "whsec_conbillet_test", 300)
    assert is_genuine(body=body, header=header, secrets=["whsec_conbillet_test"], now=clock.now())
