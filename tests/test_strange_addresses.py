"""Every address of the house, filled with nonsense: it leads nowhere, and never to an error of ours."""

import pytest
from django.conf import settings as plain
from django.test import Client
from django.urls import get_resolver

from tests.browser.walk import PARAMETER, patterns
from tests.login import log_in

NONSENSE = ["%00", "%E2%80%AE%00", "%F0%9F%92%A5", "0", "-1", "9" * 40, "a" * 900, "..%2F..%2Fetc%2Fpasswd", "%27%3B--"]


def filled(pattern: str, value: str) -> str:
    return "/" + PARAMETER.sub(value, pattern).replace("\\", "").strip("^$")


ADDRESSES = sorted({pattern for pattern, _name in patterns(get_resolver().url_patterns) if PARAMETER.search(pattern)})


@pytest.fixture(params=["nobody", "owner"])
def visitor(request, world) -> Client:
    client = Client(raise_request_exception=False)
    return log_in(client, world.owner) if request.param == "owner" else client


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_in_an_address_is_no_error_of_ours(visitor, world, value):
    assert len(ADDRESSES) > 60
    wrong = []
    for pattern in ADDRESSES:
        known = pattern.replace("<slug:organization>", world.organization.slug)
        for address in {filled(pattern, value), filled(known, value)}:
            for method in (visitor.get, visitor.post):
                status = method(address).status_code
                if status >= 500:
                    wrong.append(f"{method.__name__} {address}: {status}")
    assert wrong == []


def test_planted_without_the_guard_a_nul_is_an_error(client, world, settings):
    guard = "conbillet.web.middleware.AddressMiddleware"
    settings.MIDDLEWARE = [one for one in plain.MIDDLEWARE if one != guard]
    assert Client(raise_request_exception=False).get("/order/%00/x/").status_code == 500
