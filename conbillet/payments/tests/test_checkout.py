"""Sending a buyer to Stripe: one open session at a time, one key until it is known what became of it."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from conbillet.payments.actions.end_attempt import end_attempt
from conbillet.payments.actions.expire_checkout import expire_checkout
from conbillet.payments.actions.start_checkout import (
    AlreadyPaid,
    CheckoutFailed,
    CheckoutUnavailable,
    CheckoutUnknown,
    NothingToPay,
)
from conbillet.payments.checkout import CheckoutLine
from conbillet.payments.gateway import NetworkInTransaction, ProviderRefused
from conbillet.payments.models import Attempt, ConnectedAccount, Payment
from conbillet.payments.stripe_gateway import StripeGateway

SESSIONS = "/v1/checkout/sessions"


def created(till) -> list[dict]:
    """The calls that make a session, as Stripe got them."""
    return [row for row in till.stripe.requests() if (row["method"], row["path"]) == ("POST", SESSIONS)]


def sessions(till) -> list[dict]:
    return till.stripe.objects("checkout.session")


def test_the_buyer_pays_the_association_directly(till):
    payment = till.expect(40000)
    lines = [CheckoutLine("Voksen, alle dage", 15000, 2), CheckoutLine("Seng", 10000, 1), CheckoutLine("Barn", 0, 1)]
    attempt = till.start(payment, lines=lines)
    assert attempt.state == Attempt.State.OPEN and attempt.url.startswith(till.stripe.url)
    (session,) = sessions(till)
    assert session["_account"] == till.account.stripe_account
    assert (session["amount_total"], session["currency"], session["locale"]) == (40000, "dkk", "da")
    assert session["payment_method_types"] == ["card", "mobilepay"]
    assert session["client_reference_id"] == payment.reference
    assert session["metadata"] == {"payment": payment.reference, "attempt": str(attempt.key)}
    assert [line["amount_total"] for line in session["_lines"]] == [30000, 10000]
    assert created(till)[0]["idempotency_key"] == str(attempt.key)


def test_asking_again_gives_the_open_session(till):
    payment = till.expect()
    first, second = till.start(payment), till.start(payment)
    assert (first.pk, first.url) == (second.pk, second.url)
    assert len(created(till)) == 1


def test_few_queries(till, django_assert_num_queries):
    payment = till.expect()
    with django_assert_num_queries(3):  # account and live attempt, begun, opened
        till.start(payment)


def test_hundreds_of_lines_become_one(till):
    till.start(till.expect(1010), lines=[CheckoutLine(f"Ting {number}", 10, 1) for number in range(101)])
    (session,) = sessions(till)
    assert (len(session["_lines"]), session["amount_total"]) == (1, 1010)


@pytest.mark.parametrize("wanted", [timedelta(minutes=1), timedelta(days=9)])
def test_a_session_ends_when_stripe_allows_it(till, wanted):
    attempt = till.start(till.expect(), expires_at=till.now + wanted)
    assert timedelta(minutes=30) < attempt.expires_at - till.now < timedelta(hours=24)


def test_lines_must_sum_to_what_was_confirmed(till):
    with pytest.raises(ValueError, match="sum"):
        till.start(till.expect(40000), lines=[CheckoutLine("Voksen", 39999, 1)])
    assert created(till) == []


@pytest.mark.parametrize("changes", [{"state": "captured"}, {"state": "expired"}, {"method": "door"}])
def test_only_expected_card_payments_are_started(till, changes):
    payment = till.expect()
    for name, value in changes.items():
        setattr(payment, name, value)
    with pytest.raises(NothingToPay):
        till.start(payment)


def test_an_association_that_cannot_charge(till):
    ConnectedAccount.objects.update(charges_enabled=False)
    with pytest.raises(CheckoutUnavailable):
        till.start(till.expect())
    ConnectedAccount.objects.all().delete()
    with pytest.raises(CheckoutUnavailable):
        till.start(till.expect())
    assert created(till) == []


def test_stripe_refuses(till):
    till.stripe.fault("refuse", path=SESSIONS, message="No.")
    payment = till.expect()
    with pytest.raises(CheckoutFailed):
        till.start(payment)
    assert [attempt.state for attempt in payment.attempts.all()] == [Attempt.State.REFUSED]
    assert till.start(payment).state == Attempt.State.OPEN


def test_an_association_without_mobilepay_takes_cards(till, monkeypatch):
    """The fake switches MobilePay on with the onboarding, so the refusal is Stripe's own, planted."""
    create = StripeGateway.create_session

    def without_mobilepay(self, *, request, **arguments):
        if "mobilepay" in request["payment_method_types"]:
            raise ProviderRefused("invalid_request", "payment_method_types")
        return create(self, request=request, **arguments)

    monkeypatch.setattr(StripeGateway, "create_session", without_mobilepay)
    payment = till.expect()
    attempt = till.start(payment)
    assert sessions(till)[0]["payment_method_types"] == ["card"]
    states = list(payment.attempts.order_by("id").values_list("state", flat=True))
    assert (attempt.state, states) == (Attempt.State.OPEN, [Attempt.State.REFUSED, Attempt.State.OPEN])


@pytest.mark.parametrize("fault", ["error_500_before", "error_500_after", "refuse_connection"])
@pytest.mark.parametrize("stored", [True, False])
def test_no_answer_is_repeated_with_the_same_key(till, fault, stored):
    till.stripe.fault(fault, path=SESSIONS, stored=stored)
    payment = till.expect()
    with pytest.raises(CheckoutUnknown):
        till.start(payment)
    waiting = payment.attempts.get()
    assert waiting.state == Attempt.State.STARTING
    later = till.now + timedelta(seconds=90)
    attempt = till.start(payment, now=later)
    assert attempt.state == Attempt.State.OPEN
    keys = [row["idempotency_key"] for row in created(till)]
    remembered = fault == "error_500_after" and stored
    # Only a failure that the key remembers for good ends in another key, and then the first left nothing payable.
    assert (attempt.pk == waiting.pk) is not remembered
    assert set(keys) == ({str(waiting.key), str(attempt.key)} if remembered else {str(waiting.key)})
    open_ = [session for session in sessions(till) if session["status"] == "open"]
    assert [session["id"] for session in open_] == [attempt.session]


def test_a_failure_that_the_key_remembers_waits_while_the_call_may_be_under_way(till):
    till.stripe.fault("error_500_after", path=SESSIONS, stored=True)
    payment = till.expect()
    for seconds in (0, 5):
        with pytest.raises(CheckoutUnknown):
            till.start(payment, now=till.now + timedelta(seconds=seconds))
    assert {row["idempotency_key"] for row in created(till)} == {str(payment.attempts.get().key)}


def test_a_timeout_leaves_one_session(till, settings):
    till.stripe.fault("timeout_after", path=SESSIONS, seconds=3)
    payment = till.expect()
    settings.STRIPE_TIMEOUT_SECONDS = 0.5
    with pytest.raises(CheckoutUnknown):
        till.start(payment)
    settings.STRIPE_TIMEOUT_SECONDS = 5
    attempt = till.start(payment)
    assert [session["id"] for session in sessions(till)] == [attempt.session]


def test_a_mended_address_after_a_lost_answer_does_not_leave_two_sessions(till):
    till.stripe.fault("error_500_after", path=SESSIONS, stored=False)
    payment = till.expect()
    with pytest.raises(CheckoutUnknown):
        till.start(payment)
    attempt = till.start(payment, email="mended@example.com")
    states = {session["id"]: session["status"] for session in sessions(till)}
    assert states.pop(attempt.session) == "open"
    assert list(states.values()) == ["expired"]


def test_a_new_session_after_the_old_one_has_ended(till):
    payment = till.expect()
    first = till.start(payment)
    till.stripe.advance_clock(40 * 60)
    second = till.start(payment, now=till.now + timedelta(minutes=40), expires_at=till.now + timedelta(minutes=80))
    assert first.pk != second.pk and second.state == Attempt.State.OPEN
    first.refresh_from_db()
    assert first.state == Attempt.State.EXPIRED


def test_what_was_paid_is_not_offered_again(till):
    payment = till.expect()
    till.stripe.pay(till.start(payment).session)
    with pytest.raises(AlreadyPaid):
        till.start(payment, now=till.now + timedelta(minutes=40))
    assert len(sessions(till)) == 1


def test_giving_up_ends_the_session(till):
    payment = till.expect()
    attempt = till.start(payment)
    assert expire_checkout(payment=payment, now=till.now) is True
    assert [session["status"] for session in sessions(till)] == ["expired"]
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED
    assert expire_checkout(payment=payment, now=till.now) is True


def test_giving_up_what_was_just_paid(till):
    payment = till.expect()
    attempt = till.start(payment)
    till.stripe.pay(attempt.session)
    assert expire_checkout(payment=payment, now=till.now) is False
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPEN  # the webhook or the reconciler finds it


def test_giving_up_without_an_answer_changes_nothing(till):
    payment = till.expect()
    till.start(payment)
    till.stripe.fault("error_500_before", times=5)
    with pytest.raises(CheckoutUnknown):
        expire_checkout(payment=payment, now=till.now)
    assert payment.attempts.get().state == Attempt.State.OPEN


def test_an_attempt_ended_while_its_call_was_under_way_cannot_be_paid(till, monkeypatch):
    """The buyer gives up in one tab while the other is still waiting for Stripe."""
    from conbillet.payments.stripe_gateway import StripeGateway

    payment, create = till.expect(), StripeGateway.create_session

    def slow(self, **arguments):
        end_attempt(attempt=payment.attempts.get(), account=till.account)
        return create(self, **arguments)

    monkeypatch.setattr(StripeGateway, "create_session", slow)
    with pytest.raises(CheckoutFailed):
        till.start(payment)
    assert [session["status"] for session in sessions(till)] == ["expired"]


def test_stripe_is_never_asked_inside_a_transaction(till):
    payment = till.expect()
    with pytest.raises(NetworkInTransaction), transaction.atomic():
        till.start(payment)
    assert created(till) == [] and not payment.attempts.exists()


def test_no_second_live_attempt_can_exist(till):
    from django.db import IntegrityError

    attempt = till.start(till.expect())
    twin = replace_row(attempt)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def replace_row(attempt: Attempt) -> Attempt:
    from uuid import uuid4

    return Attempt(
        organization_id=attempt.organization_id,
        payment=attempt.payment,
        key=uuid4(),
        started_at=attempt.started_at,
        expires_at=attempt.expires_at,
    )


def test_a_checkout_line_is_a_value():
    assert replace(CheckoutLine("Seng", 100, 2), quantity=3).total == 300


def test_metadata_has_no_personal_data(till):
    till.start(till.expect())
    (session,) = sessions(till)
    text = repr(session["metadata"]) + repr(session["_intent"]) + repr(session["_lines"])
    assert "buyer@example.com" not in text
    assert Payment.objects.count() == 1


def test_a_second_click_waits_for_the_first_ones_answer(till, monkeypatch):
    from conbillet.payments.actions import start_checkout as verb
    from conbillet.payments.gateway import ProviderBusy
    from conbillet.payments.stripe_gateway import StripeGateway

    payment, create, answered = till.expect(), StripeGateway.create_session, []

    def busy_once(self, **arguments):
        if not answered:
            raise ProviderBusy("idempotency_key_in_use")
        return create(self, **arguments)

    def the_other_is_answered(seconds):
        answered.append(seconds)
        session = create(provider_gateway(), account=till.account.stripe_account, **sent(payment))
        Attempt.objects.update(state=Attempt.State.OPEN, session=session.id, url=session.url)

    def sent(payment):
        return {"key": str(payment.attempts.get().key), "request": wanted[0]}

    wanted, build = [], verb.request_for
    monkeypatch.setattr(verb, "request_for", lambda **rest: wanted.append(build(**rest)) or wanted[-1])
    monkeypatch.setattr(StripeGateway, "create_session", busy_once)
    monkeypatch.setattr(verb.time, "sleep", the_other_is_answered)
    attempt = till.start(payment)
    assert (attempt.state, len(sessions(till))) == (Attempt.State.OPEN, 1)


def provider_gateway():
    from conbillet.payments.gateway import gateway

    return gateway()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_one_session(till):
    payment = till.expect()
    gate, found = threading.Barrier(3), []

    def click():
        try:
            gate.wait()
            found.append(till.start(Payment.objects.get(pk=payment.pk)).session)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 3
    assert set(found) == {session["id"] for session in sessions(till)} and len(sessions(till)) == 1


@pytest.mark.parametrize("only_cards", [False, True])
def test_a_session_with_what_no_longer_holds_is_ended_and_another_made(till, only_cards, monkeypatch):
    """Also where the association has not switched MobilePay on; the same address gets the same session there, too."""
    create = StripeGateway.create_session

    def without_mobilepay(self, *, request, **arguments):
        if only_cards and "mobilepay" in request["payment_method_types"]:
            raise ProviderRefused("invalid_request", "payment_method_types")
        return create(self, request=request, **arguments)

    monkeypatch.setattr(StripeGateway, "create_session", without_mobilepay)
    payment = till.expect()
    first = till.start(payment)
    assert till.start(payment).pk == first.pk
    second = till.start(payment, email="right@example.com")
    assert second.pk != first.pk and second.url != first.url
    by_state = {session["status"]: session["customer_email"] for session in sessions(till)}
    assert by_state == {"expired": "buyer@example.com", "open": "right@example.com"}
    assert till.start(payment, email="right@example.com").pk == second.pk
    first.refresh_from_db()
    assert first.state == Attempt.State.EXPIRED


def test_a_session_that_was_paid_meanwhile_is_not_replaced(till):
    payment = till.expect()
    till.stripe.pay(till.start(payment).session)
    with pytest.raises(AlreadyPaid):
        till.start(payment, email="right@example.com")
    assert len(sessions(till)) == 1
