"""The policy's pages: both lengths, both dates, the archive, and the version for machines."""

import json
from datetime import date, timedelta

import pytest
from django.conf import settings

from conbillet.consents.promises import PROMISES
from conbillet.consents.queries import current_policy, texts
from conbillet.core import clock
from conbillet.core.clock import copenhagen_day
from conbillet.core.data_map import ASSOCIATION, data_map
from conbillet.core.formats import format_day
from conbillet.web.site.cookie_table import TEXTS, cookie_rows
from conbillet.web.site.json_ld import ASSOCIATIONS, CATEGORIES, PURPOSES, RECIPIENTS, policy_as_json_ld

pytestmark = pytest.mark.django_db

QUIET = (
    "/policy/", "/policy/2019-07-12/", "/policy/2026-11-22/", "/policy/terms/", "/policy/terms/2026-11-22/", "/policy/cookies/",
    "/policy.json", "/help/", "/help/?sent=1", "/help/find-order/", "/robots.txt", "/.well-known/security.txt", "/favicon.svg",
    "/manifest.webmanifest", "/healthz", "/readyz", "/policy/1999-01-01/", "/there/is/nothing/here/",
)  # fmt: skip


@pytest.mark.proves("policy.dates", "policy.full_and_short")
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_policy_shows_dates_and_both_lengths(client, language):
    page = client.get("/policy/", headers={"Accept-Language": language}).content.decode()
    version = current_policy(on=copenhagen_day(clock.now()))
    for day in (version.updated_on, version.effective_on):
        assert f'<time datetime="{day}">' in page
        assert format_day(day, language) in page
    for id in PROMISES:
        assert page.count(f'id="{id}"') == 1
    for length in ("full", "short"):
        assert page.count(f'class="{length} prose"') == len(version.texts["full", "da"].ids)
    assert f'<html lang="{language}">' in page


@pytest.mark.proves("policy.previous")
def test_earlier_versions_stay_readable(client):
    archive = client.get("/policy/").content.decode()
    assert 'href="/policy/2019-07-12/"' in archive
    old = client.get("/policy/2019-07-12/").content.decode()
    assert "12. juli 2019" in old and "19. juli 2019" in old and "tidligere version" in old
    assert client.get("/policy/2019-07-13/").status_code == 404


def test_a_version_that_comes_is_announced(client, monkeypatch):
    monkeypatch.setattr("conbillet.web.site.views.policy._today", lambda: date(2019, 1, 1))
    assert "22. november 2026" in client.get("/policy/").content.decode()
    later = texts().policies[-1].effective_on + timedelta(days=400)
    monkeypatch.setattr("conbillet.web.site.views.policy._today", lambda: later)
    assert "Den gælder ikke endnu" not in client.get("/policy/2026-11-22/").content.decode()


@pytest.mark.proves("cookie.consent")
@pytest.mark.parametrize("path", QUIET)
@pytest.mark.parametrize("headers", [{}, {"Sec-GPC": "1"}, {"Accept-Language": "en"}])
def test_pages_that_are_only_read_set_no_cookie(client, path, headers):
    assert client.get(path, headers=headers).cookies == {}


@pytest.mark.proves("cookie.login", "cookie.consent", "cookie.cloudflare", "cookie.stripe")
def test_every_declared_cookie_is_in_the_table(client):
    page = client.get("/policy/cookies/").content.decode()
    assert set(TEXTS) == set(data_map.load().cookies) == {row.name for row in cookie_rows()}
    assert all(f"<code>{name}</code>" in page for name in data_map.cookies)


@pytest.mark.proves("cookie.consent", "cookie.login")
def test_the_only_cookies_of_ours_are_the_declared_ones():
    ours = {name for name, cookie in data_map.load().cookies.items() if not cookie.party}
    assert ours == {settings.SESSION_COOKIE_NAME, settings.CONSENT_COOKIE_NAME, settings.SUPPORT_COOKIE_NAME}
    assert settings.CSRF_USE_SESSIONS
    assert data_map.cookies["login"].max_age_days * 86_400 == settings.SESSION_COOKIE_AGE
    assert all(cookie.necessary for cookie in data_map.cookies.values())


def test_the_version_for_machines(client):
    response = client.get("/policy.json")
    assert response["Content-Type"] == "application/ld+json"
    document = json.loads(response.content)
    assert document["dct:modified"] == current_policy(on=copenhagen_day(clock.now())).name
    categories = {
        column.category for table in data_map.tables.values() for column in table.columns.values() if column.category
    }
    assert {entry["schema:about"] for entry in document["dpv:hasProcess"]} == categories
    assert categories <= set(CATEGORIES)
    text = response.content.decode()
    for table in data_map.tables:
        assert f'"{table}"' not in text, "tables are our own business"
    assert all(
        entry["dpv:hasPurpose"] and entry["dpv:hasStorageCondition"]["dpv:hasDuration"]
        for entry in document["dpv:hasProcess"]
    )


@pytest.mark.proves("disclose.organization")
def test_the_version_for_machines_gives_an_association_six_fields():
    document = policy_as_json_ld(texts().policies[-1], base_url="https://conbillet.example")
    given = {
        entry["schema:about"]
        for entry in document["dpv:hasProcess"]
        if RECIPIENTS[ASSOCIATION] in entry["dpv:hasRecipient"]
    }
    assert given == {"user.name", "user.address", "user.email", "user.gender", "user.birth_date", "user.postcode"}


def test_machines_read_every_clause_and_whose_data_it_is(client):
    document = json.loads(client.get("/policy.json").content)
    version = current_policy(on=copenhagen_day(clock.now()))
    assert [clause["dct:identifier"] for clause in document["conbillet:clauses"]] == version.texts["full", "da"].ids
    later = {clause["dct:identifier"] for clause in document["conbillet:clauses"] if clause["conbillet:comesLater"]}
    assert "cookie.support" in later and "collect.name" not in later
    controllers = {entry["dpv:hasDataController"] for entry in document["dpv:hasProcess"]}
    assert controllers == {ASSOCIATIONS, settings.CONBILLET_OPERATOR["name"]}
    assert document["dct:replaces"].split("/")[-2] < version.name
    sensitive = [entry for entry in document["dpv:hasProcess"] if entry["schema:about"] == "user.ip"]
    assert sensitive and all("dpv:Disclose" not in entry["dpv:hasProcessing"] for entry in sensitive)


def test_every_purpose_has_a_word_for_machines():
    used = {
        purpose
        for table in data_map.load().tables.values()
        for column in table.columns.values()
        for purpose in column.purposes
    }
    assert used <= set(PURPOSES)


def test_the_terms_name_what_the_law_wants(client):
    page = client.get("/policy/terms/").content.decode()
    for word in ("ikke fortrydelsesret", "14 dages", "videresælges", "Aflyses", "Nævnenes Hus", "ikke selv part"):
        assert word in page
    assert client.get("/policy/terms/2020-01-01/").status_code == 404
