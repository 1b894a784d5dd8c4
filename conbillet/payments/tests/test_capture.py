"""Money that came: booked once, in two statements, only the amount that was confirmed."""

import pytest

from conbillet.payments import invariants
from conbillet.payments.actions.capture_payment import WrongAmount, capture_payment
from conbillet.payments.ledger import Unbalanced
from conbillet.payments.models import LedgerEntry, Payment
from tests.cast import NOW


@pytest.fixture
def expect(world):
    from conbillet.payments.actions.expect_payment import expect_payment

    def make(amount=10000, method="card"):
        about = f"ORDER{Payment.objects.count()}"
        return expect_payment(organization_id=world.organization.pk, about=about, amount=amount, method=method, now=NOW)

    return make


def capture(payment, amount=10000, split=None, **details):
    values = {"provider_payment": "pi_1", "provider_method": "card", "now": NOW}
    return capture_payment(payment=payment, amount=amount, split=split or {"sales": amount}, **{**values, **details})


def entries() -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.order_by("id").values_list("account", "amount"))


def test_it_costs_two_statements(expect, django_assert_num_queries):
    payment = expect()
    with django_assert_num_queries(2):
        capture(payment, split={"sales": 5000, "vat": 1250, "dues": 3000, "platform_fee": 750})
    assert entries() == [("provider", 10000), ("sales", -5000), ("vat", -1250), ("dues", -3000), ("platform_fee", -750)]
    row = Payment.objects.get()
    assert (row.state, row.captured_amount, row.captured_at) == ("captured", 10000, NOW)
    assert (row.provider_payment, row.provider_method) == ("pi_1", "card")
    assert invariants.complaints() == []


def test_one_insert_expects_it(world, django_assert_num_queries):
    from conbillet.payments.actions.expect_payment import expect_payment

    with django_assert_num_queries(1):
        expect_payment(organization_id=world.organization.pk, about="A", amount=1, method="card", now=NOW)


def test_a_second_time_changes_nothing(expect):
    payment = expect()
    stale = Payment.objects.get(pk=payment.pk)
    capture(payment)
    capture(payment, provider_payment="pi_3")
    capture(stale, provider_payment="pi_2")
    assert Payment.objects.get().provider_payment == "pi_1" and len(entries()) == 2


def test_planted_without_the_look_at_the_state_the_ledger_still_books_once(expect):
    """Even if somebody forgot the state, the key of the happening would not be booked twice."""
    payment = expect()
    capture(payment)
    Payment.objects.update(state="expected")
    capture(Payment.objects.get())
    assert Payment.objects.get().state == "captured" and len(entries()) == 2


@pytest.mark.parametrize(("method", "account"), [("card", "provider"), ("transfer", "bank"), ("door", "till")])
def test_where_the_money_is(expect, method, account):
    capture(expect(method=method))
    assert entries()[0] == (account, 10000)


def test_nothing_to_pay_books_nothing(expect):
    capture(expect(amount=0, method="free"), amount=0, split={}, provider_payment="")
    assert Payment.objects.get().state == "captured"
    assert entries() == []


def test_late_money_is_captured(expect):
    payment = expect()
    Payment.objects.update(state="expired")
    capture(Payment.objects.get(pk=payment.pk))
    assert Payment.objects.get().state == "captured" and len(entries()) == 2


@pytest.mark.parametrize("amount", [9999, 10001, 0])
def test_another_amount_is_refused(expect, amount):
    with pytest.raises(WrongAmount):
        capture(expect(), amount=amount, split={"sales": amount})
    assert entries() == []


def test_a_split_that_does_not_sum_is_refused(expect):
    with pytest.raises(Unbalanced):
        capture(expect(), split={"sales": 9999})
    assert Payment.objects.get().state == "expected"


def test_two_payments_cannot_claim_the_same_charge(expect):
    from django.db import IntegrityError, transaction

    capture(expect())
    with pytest.raises(IntegrityError), transaction.atomic():
        capture(expect())
