"""What machines ask for, and the pages that say what went wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from conbillet.core import clock
from conbillet.core.facts import announce
from conbillet.workflows import health


@pytest.mark.asvs("13.4.5")
def test_healthz_asks_nobody(client):
    """Without the mark for database access, any query fails this test."""
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_tells_of_database_and_queue(client):
    assert client.get("/readyz").json() == {"database": "ok", "queue": "ok", "queue_age_seconds": 0, "workers": 0}


@pytest.mark.django_db
def test_readyz_sees_a_late_queue(client):
    announce("mail_waiting", mail=1, at=clock.now() - timedelta(hours=1))
    answer = client.get("/readyz")
    assert answer.status_code == 200 and answer.json()["queue"] == "late"
    assert 3590 <= answer.json()["queue_age_seconds"] <= 3660


@pytest.mark.django_db
def test_a_job_for_later_is_not_late():
    announce("mail_waiting", mail=1, at=clock.now() + timedelta(hours=1))
    assert not health.queue_health().is_late(clock.now())


@pytest.mark.django_db
def test_readyz_without_a_database(client, monkeypatch):
    def down():
        raise OperationalError("gone")

    monkeypatch.setattr("conbillet.web.site.views.machines.queue_health", down)
    assert client.get("/readyz").status_code == 503


def test_security_txt_is_in_force(client):
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines())
    expires = datetime.fromisoformat(lines["Expires"].replace("Z", "+00:00"))
    assert datetime.now(UTC) < expires < datetime.now(UTC) + timedelta(days=366)
    assert lines["Preferred-Languages"] == "da, en" and lines["Canonical"].endswith("/.well-known/security.txt")


def test_robots_and_icon(client):
    assert b"Disallow: /order/" in client.get("/robots.txt").content
    assert client.get("/favicon.svg")["Content-Type"] == "image/svg+xml"
    assert client.get("/manifest.webmanifest").json()["icons"][0]["type"] == "image/svg+xml"


@pytest.mark.asvs("16.5.1")
@pytest.mark.django_db
def test_error_pages_are_ours(client, monkeypatch):
    missing = client.get("/there/is/nothing/here/")
    assert missing.status_code == 404 and "Her er ikke noget" in missing.content.decode()
    assert missing["Cache-Control"] == "no-store"
    bad = client.get("/", headers={"Host": "evil.example"})
    assert bad.status_code == 400 and b"site-header" in bad.content
    strict = Client(enforce_csrf_checks=True)
    forged = strict.post("/accounts/login/", {"email": "a@b.dk"})
    assert forged.status_code == 403 and b"site-header" in forged.content

    def breaks(**_):
        raise RuntimeError("planted")

    monkeypatch.setattr("conbillet.web.site.views.policy.current_policy", breaks)
    loose = Client(raise_request_exception=False)
    broken = loose.get("/policy/")
    assert broken.status_code == 500 and "Der gik noget galt hos os" in broken.content.decode()
