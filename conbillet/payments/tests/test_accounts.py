"""An association's own account at Stripe, and who may look at its money."""

import pytest

from conbillet.core.actor import ANONYMOUS, person_actor
from conbillet.organizations.access import NotAllowed, NotFound
from conbillet.organizations.models import RoleKind
from conbillet.payments.access import get_connected_account_for, get_payment_for, get_refund_for
from conbillet.payments.actions.connect_account import CannotConnect, connect_account
from conbillet.payments.actions.refresh_account import refresh_account
from conbillet.payments.actions.request_refund import request_refund
from conbillet.payments.models import ConnectedAccount

URLS = {"return_url": "http://localhost:8000/office/alea/", "refresh_url": "http://localhost:8000/office/alea/again/"}


@pytest.fixture
def unconnected(till):
    ConnectedAccount.objects.all().delete()
    return till


def connect(till, world):
    return connect_account(organization=world.organization, actor=world.actor(world.owner), now=till.now, **URLS)


def test_onboarding(unconnected, world):
    till = unconnected
    url = connect(till, world)
    assert url.startswith(f"{till.stripe.url}/setup/")
    account = ConnectedAccount.objects.get()
    assert (account.organization, account.charges_enabled) == (world.organization, False)
    till.stripe.onboard(account.stripe_account)
    refreshed = refresh_account(account=account, actor=world.actor(world.owner), now=till.now)
    assert (refreshed.charges_enabled, refreshed.payouts_enabled, refreshed.details_submitted) == (True, True, True)


def test_a_second_click_uses_the_same_account(unconnected, world):
    till = unconnected
    accounts = len(till.stripe.objects("account"))
    assert connect(till, world) != connect(till, world)  # each address is good for one visit
    assert len(till.stripe.objects("account")) == accounts + 1


def test_an_answer_that_got_lost_makes_no_second_account(unconnected, world):
    till = unconnected
    accounts = len(till.stripe.objects("account"))
    till.stripe.fault("error_500_after", path="/v1/accounts", stored=False)
    with pytest.raises(CannotConnect):
        connect(till, world)
    assert not ConnectedAccount.objects.exists()
    connect(till, world)
    assert len(till.stripe.objects("account")) == accounts + 1


def test_stripe_does_not_answer(till, world):
    till.stripe.fault("error_500_before", times=2)
    with pytest.raises(CannotConnect):
        refresh_account(account=till.account, actor=world.actor(world.owner), now=till.now)


def test_who_sees_money(till, world):
    payment = till.capture()
    refund = request_refund(
        payment=payment, amount=40000, reason="requested", about="", actor=world.actor(world.owner), now=till.now
    )
    for kind in (RoleKind.OWNER, RoleKind.MANAGER, RoleKind.TREASURER):
        actor = world.actor(world.owner, kind)
        assert get_payment_for(actor=actor, reference=payment.reference) == payment
        assert get_refund_for(actor=actor, refund_id=refund.pk) == refund
        assert get_connected_account_for(actor=actor) == till.account
    for kind in (RoleKind.READ_ONLY, RoleKind.DOOR_CREW, RoleKind.MEMBER_SECRETARY):
        with pytest.raises(NotAllowed):
            get_payment_for(actor=world.actor(world.owner, kind), reference=payment.reference)
    stranger = person_actor(world.stranger.pk).for_organization(world.other.pk, RoleKind.OWNER)
    with pytest.raises(NotFound):
        get_payment_for(actor=stranger, reference=payment.reference)
    with pytest.raises(NotFound):
        get_refund_for(actor=stranger, refund_id=refund.pk)
    assert get_connected_account_for(actor=stranger) is None
    for actor in (ANONYMOUS, person_actor(world.owner.pk)):
        with pytest.raises(NotFound):
            get_payment_for(actor=actor, reference=payment.reference)
