"""Every address of the house is opened by somebody in these tests: as the walk of `tests/browser` goes, only quicker.

What a page leaves in the browser and whom it contacts is seen by `tests/browser/test_cookies_everywhere.py`, which takes the
same addresses. Here it is made sure that they lead somewhere: an address that nobody opens would be looked at in vain.
"""

from datetime import timedelta

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.core.data_map import data_map
from tests.browser.walk import filled, patterns
from tests.cast import make_world
from tests.everything import make_staff, values_for
from tests.login import log_in

pytestmark = pytest.mark.django_db

# Addresses that only lead on, or that need what another test has: name → why.
NOT_OPENED = {
    "account_code": "in the middle of a login: tests/browser/test_accounts.py",
    "account_back": "leads back into the page one came from",
    "account_change_password": "leads to the page for security",
    "account_reset_password": "leads to the login, where a code is mailed",
    "account_logout": "would end the walk; conbillet/web/me/tests",
    "mfa_index": "leads to the page for security",
    "mfa_list_webauthn": "leads to the page for security",
    "mfa_authenticate": "in the middle of a login: tests/browser/test_accounts.py",
    "mfa_login_webauthn": "in the middle of a login: tests/browser/test_accounts.py",
    "mfa_reauthenticate_webauthn": "in the middle of a login: tests/browser/test_accounts.py",
    "mfa_edit_webauthn": "needs a passkey: tests/browser/test_accounts.py",
    "mfa_remove_webauthn": "needs a passkey: tests/browser/test_accounts.py",
    "mfa_deactivate_totp": "who works here keeps a second factor: conbillet/web/me/tests",
    "my/orders/<str:reference>/": "leads to the order's own page",
    "package": "a file, once it is made",
    "returned": "leads on: coming back from Stripe",
    "search": "leads back to the door without a question",
    "documentation": "needs a year that was counted: tests/privacy/test_six_fields_only.py",
    "case_limit": "needs somebody who has shown who they are: tests/cases",
    "case_deletion": "needs somebody who has shown who they are: tests/cases",
    "case_deletion_child": "needs a guardian who was checked: tests/cases",
    "case_file": "needs a file that came by mail",
    "chat_begin": "leads to the conversation that there is; tests/chat",
    "chat_file": "needs a file: tests/chat",
    "media": "pictures by names of ours",
    "add_to_cart": "leads to the event when it is read",
    "checkout": "needs a cart: tests/browser/test_purchase_journey.py, and below",
}


@pytest.fixture
def walkers(db):
    """Everybody who comes here, in a world of today where every address leads somewhere."""
    now = clock.now()
    world = make_world(tag="walk", now=now, first_day=clock.copenhagen_day(now) + timedelta(days=30))
    values = values_for(world)
    people = {
        "anonymous": Client(),
        "buyer": log_in(Client(), world.buyer, second_factor=False),
        "owner": log_in(Client(), world.owner),
        "door crew": log_in(Client(), world.door_crew),
        "staff": log_in(Client(), make_staff()),
    }
    return values, people


def opened_by_nobody(answers: dict[str, dict[str, int]], names: dict[str, str]) -> set[str]:
    """Names of addresses that can be read (not: forms that are only sent) and that answered nobody with a page."""
    return {
        names[address]
        for address, statuses in answers.items()
        if 200 not in statuses.values() and set(statuses.values()) != {405}
    }


@pytest.mark.proves("also.processors")
def test_every_address_is_opened_by_somebody(walkers):
    values, people = walkers
    answers, names = {}, {}
    for pattern, name in patterns():
        address = filled(pattern, name, values)
        if name == "account_logout":
            continue
        names[address] = pattern if pattern in NOT_OPENED else name
        answers[address] = {}
        for who, client in people.items():
            answer = client.get(address)
            answers[address][who] = answer.status_code
            assert answer.status_code < 500, f"{address} answers {who} with {answer.status_code}"
            unknown = {cookie.removeprefix("__Host-") for cookie in answer.cookies} - set(data_map.load().cookies)
            assert not unknown, f"{address} sets {unknown}"
    assert len(answers) > 150
    assert opened_by_nobody(answers, names) - set(NOT_OPENED) == set()


def test_every_exception_is_still_there():
    assert set(NOT_OPENED) <= {word for one in patterns() for word in one}


def test_planted_an_address_that_opens_for_nobody_is_noticed():
    answers = {
        "/a/": {"anonymous": 302, "buyer": 404},
        "/b/": {"anonymous": 405},
        "/c/": {"anonymous": 302, "owner": 200},
    }
    assert opened_by_nobody(answers, {"/a/": "a", "/b/": "b", "/c/": "c"}) == {"a"}
