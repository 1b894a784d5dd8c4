"""Events: signed, retried, and spoiled on demand."""

from pathlib import Path

import pytest
import stripe

from conbillet.demo.fake_stripe.webhooks import sign
from conbillet.demo.testing import FakeStripe, start_fake_stripe

from .conftest import Create, Inbox, params, sdk


def paid_types(inbox: Inbox) -> list[str]:
    return [type_ for type_ in inbox.types() if type_ == "checkout.session.completed"]


def test_the_signature_is_the_sdks_own() -> None:
    body = '{"object":"event","name":"Æ"}'
    expected = stripe.WebhookSignature.generate_signature_header(body, "whsec_1", timestamp=1_700_000_000)
    assert sign(body.encode(), ["whsec_1"], 1_700_000_000) == expected


def test_two_secrets_while_one_replaces_the_other(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.webhooks_to(inbox.url, secrets=["whsec_old", "whsec_new"])
    fake_stripe.pay(create().id)
    inbox.wait(2)
    assert [e.id for e in inbox.events("whsec_old")] == [e.id for e in inbox.events("whsec_new")]
    with pytest.raises(stripe.SignatureVerificationError):
        inbox.events("whsec_other")
    fake_stripe.webhooks_to(inbox.url, secrets=[fake_stripe.webhook_secret])


def test_a_failed_delivery_is_tried_again_with_the_same_id(
    fake_stripe: FakeStripe, create: Create, inbox: Inbox
) -> None:
    inbox.statuses = [500, 302]
    session = create()
    fake_stripe.expire(session.id)
    inbox.wait(3)
    assert fake_stripe.wait_for_webhooks()
    assert len({event.id for event in inbox.events(fake_stripe.webhook_secret)}) == 1
    event = fake_stripe.events(type="checkout.session.expired")[0]
    assert event["pending_webhooks"] == 0
    assert [(d["state"], d["attempts"], d["status"]) for d in event["_deliveries"]] == [("delivered", 3, 200)]


def test_nobody_there_yet(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.webhooks_to("http://localhost:1/")
    fake_stripe.expire(create().id)
    fake_stripe.webhooks_to(inbox.url)
    fake_stripe.flush()
    inbox.wait(1)


def test_lost_and_replayed(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.fault("webhooks_lost", path="checkout.session.*")
    fake_stripe.pay(create().id)
    assert fake_stripe.wait_for_webhooks()
    assert inbox.types() == ["payment_intent.succeeded"]
    event = fake_stripe.events(type="checkout.session.completed")[0]
    assert event["_deliveries"][0]["state"] == "lost"
    assert [answer["status"] for answer in fake_stripe.replay(event["id"], times=2)] == [200, 200]
    assert [found.id for found in inbox.events(fake_stripe.webhook_secret)[1:]] == [event["id"]] * 2


def test_doubled(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.fault("webhooks_doubled", path="checkout.session.completed")
    fake_stripe.pay(create().id)
    inbox.wait(3)
    assert len(paid_types(inbox)) == 2


def test_reordered(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.fault("webhooks_reordered", times=2)
    fake_stripe.pay(create().id)
    assert fake_stripe.wait_for_webhooks()
    assert inbox.types() == ["checkout.session.completed", "payment_intent.succeeded"]


def test_delayed_until_asked_for(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.fault("webhooks_delayed", times=2)
    fake_stripe.pay(create().id)
    assert fake_stripe.wait_for_webhooks()
    assert inbox.types() == []
    assert fake_stripe.flush() == 2
    inbox.wait(2)


def test_delayed_for_a_while(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.fault("webhooks_delayed", path="checkout.*", seconds=0.3)
    fake_stripe.pay(create().id)
    inbox.wait(1)
    assert paid_types(inbox) == []
    inbox.wait(2)
    assert len(paid_types(inbox)) == 1


@pytest.mark.parametrize("kind", ["bad_signature", "altered_body", "no_signature"])
def test_forged_events_do_not_pass_the_sdk(fake_stripe: FakeStripe, create: Create, inbox: Inbox, kind: str) -> None:
    fake_stripe.pay(create().id)
    inbox.wait(2)
    event = fake_stripe.events(type="checkout.session.completed")[0]
    assert fake_stripe.forge(kind, event=event["id"])["status"] == 200
    request = inbox.requests[-1]
    assert request.json()["id"] == event["id"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            request.body, request.headers.get("stripe-signature"), fake_stripe.webhook_secret
        )


def test_an_invented_event(fake_stripe: FakeStripe, inbox: Inbox) -> None:
    fake_stripe.forge(type="charge.refunded", object={"id": "ch_1"}, account="acct_1")
    assert inbox.requests[0].json()["data"]["object"] == {"id": "ch_1"}


def test_an_old_signature_is_out_of_tolerance(fake_stripe: FakeStripe, create: Create, inbox: Inbox) -> None:
    fake_stripe.expire(create().id)
    inbox.wait(1)
    fake_stripe.replay(inbox.requests[0].json()["id"], signed_seconds_ago=301)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        inbox.events(fake_stripe.webhook_secret)


def test_kill_and_restart_lose_nothing(tmp_path: Path, inbox: Inbox) -> None:
    running = start_fake_stripe(tmp_path, webhook_url="http://localhost:1/")
    try:
        account = running.account()
        client = sdk(running)
        options = {"stripe_account": account, "idempotency_key": "k1"}
        session = client.v1.checkout.sessions.create(params=params(), options=options)  # type: ignore[arg-type]  # narrower at run time
        running.fault("webhooks_delayed", path="payment_intent.*")
        running.pay(session.id)
        before = running.state()["objects"]
        running.kill()
        journal = tmp_path / "journal.jsonl"
        with journal.open("ab") as file:
            file.write(b'{"put":[["charge","","torn')
        running.start()
        assert running.state()["objects"] == before
        again = client.v1.checkout.sessions.create(params=params(), options=options)  # type: ignore[arg-type]  # narrower at run time
        assert again.id == session.id
        # What was pending is delivered after the restart, what was held waits to be asked for.
        running.webhooks_to(inbox.url)
        inbox.wait(2)
        assert sorted(inbox.types()) == ["account.updated", "checkout.session.completed"]
        assert running.wait_for_webhooks()
        assert running.flush() == 1
        inbox.wait(3)
        inbox.events(running.webhook_secret)
    finally:
        running.stop()


def test_the_journal_is_written_anew_when_it_is_mostly_history(tmp_path: Path) -> None:
    running = start_fake_stripe(tmp_path)
    try:
        account = running.account()
        for _ in range(130):
            running.restrict(account)
            running.onboard(account)
        before, size = running.state()["objects"], (tmp_path / "journal.jsonl").stat().st_size
        running.restart()
        assert running.state()["objects"] == before
        assert (tmp_path / "journal.jsonl").stat().st_size <= size
    finally:
        running.stop()


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    running = start_fake_stripe(tmp_path)
    try:
        with pytest.raises(RuntimeError, match="Another fake Stripe"):
            start_fake_stripe(tmp_path)
    finally:
        running.stop()
