"""Every page has the policy of the settings; a page may differ from it, and then only that page does."""

import pytest
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

from conbillet.web.csp import HEADER, PolicyMiddleware


def policy(response: HttpResponse) -> str:
    return PolicyMiddleware(lambda request: response)(HttpRequest()).headers[HEADER]


def test_pages_have_the_policy_of_the_settings():
    assert policy(HttpResponse()) == build_policy() == policy(HttpResponse())
    assert "default-src 'none'" in build_policy() and "require-trusted-types-for 'script'" in build_policy()


def test_a_page_that_differs_does_so_alone():
    other = HttpResponse()
    other._csp_replace = {"img-src": None}
    assert "img-src" not in policy(other) and "img-src" in build_policy()
    assert policy(HttpResponse()) == build_policy()


def test_another_policy_in_the_settings_is_followed(settings):
    before = policy(HttpResponse())
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'self'"]}}
    assert policy(HttpResponse()) == "default-src 'self'" != before


@pytest.mark.django_db
def test_the_front_page_has_it(client):
    assert client.get("/").headers[HEADER] == build_policy()
