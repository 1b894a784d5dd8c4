"""What every answer carries, and what no answer gives away."""

import pytest
from django.test import Client

from conbillet.config import settings as house
from tests.login import log_in

pytestmark = pytest.mark.django_db


def open_pages(world) -> list[str]:
    event = f"/{world.organization.slug}/{world.event.slug}/"
    return [
        "/",
        event,
        "/policy/",
        "/help/",
        "/accounts/login/",
        "/robots.txt",
        "/.well-known/security.txt",
        "/is/not/there/",
    ]


@pytest.mark.asvs("1.3.2", "3.2.1", "3.4.2", "3.4.3", "3.4.4", "3.4.5", "3.4.6", "4.1.1")
def test_every_answer_forbids_what_it_does_not_need(client, world):
    for path in open_pages(world):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "base-uri 'none'" in policy and "frame-ancestors 'none'" in policy, (
            path
        )
        assert "unsafe-" not in policy and "nonce-" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert "charset=utf-8" in headers["Content-Type"].lower(), path
        assert "Access-Control-Allow-Origin" not in headers, path
        assert "Server" not in headers and "X-Powered-By" not in headers, path


@pytest.mark.asvs("14.2.2", "14.3.2")
def test_pages_of_a_person_stay_in_no_cache(world):
    mine = log_in(Client(), world.buyer)
    for path in ("/my/", "/my/orders/", "/my/profile/", "/my/security/", "/my/data/"):
        assert "no-store" in mine.get(path).headers["Cache-Control"], path
    owner = log_in(Client(), world.owner)
    base = f"/office/{world.organization.slug}"
    for path in (f"{base}/", f"{base}/orders/", f"{base}/organization/"):
        assert "no-store" in owner.get(path).headers["Cache-Control"], path


@pytest.mark.asvs("13.4.4")
@pytest.mark.parametrize("verb", ["TRACE", "TRACK", "DEBUG", "PUT", "DELETE", "PATCH"])
def test_verbs_that_nobody_needs_do_nothing(client, world, verb):
    for path in ("/", "/policy/", "/accounts/login/", f"/{world.organization.slug}/{world.event.slug}/"):
        answer = client.generic(verb, path, b"a canary that must not come back")
        assert answer.status_code in {403, 405}, (verb, path)
        assert b"canary" not in answer.content


def test_a_page_of_another_host_is_refused(client, world):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400 and b"evil.example" not in answer.content


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.4.1", "13.4.2")
def test_with_https_cookies_are_tied_to_this_host(monkeypatch):
    """The settings are made from the address; what they would be with https is computed by the same file."""
    import importlib

    monkeypatch.setenv("CONBILLET_BASE_URL", "https://billet.example")
    try:
        secure = importlib.reload(house)
        assert secure.SESSION_COOKIE_NAME == "__Host-login" and secure.SESSION_COOKIE_SECURE
        assert secure.SESSION_COOKIE_HTTPONLY and secure.SESSION_COOKIE_SAMESITE == "Lax"
        assert secure.CONSENT_COOKIE_NAME == "__Host-consent"
        assert secure.SECURE_HSTS_SECONDS >= 31_536_000 and secure.SECURE_HSTS_INCLUDE_SUBDOMAINS
        assert not secure.DEBUG
    finally:
        monkeypatch.undo()
        importlib.reload(house)


@pytest.mark.asvs("3.3.4", "7.2.3")
def test_the_session_cookie_is_out_of_reach_of_scripts(client):
    client.get("/accounts/login/")
    cookie = client.cookies["login"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"] and cookie["path"] == "/"
    assert len(cookie.value) * 5 >= 128  # 32 symbols of 36: more than 128 bits
