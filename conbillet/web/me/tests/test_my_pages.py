"""My pages: for the person alone, with what was typed kept, and lists that do not grow queries."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.accounts.models import Person
from conbillet.organizations.models import Organization, Role
from conbillet.web.me.devices import device_name
from tests.login import log_in

pytestmark = pytest.mark.django_db

PAGES = ["/my/", "/my/profile/", "/my/security/", "/my/data/", "/my/find-orders/"]
PROFILE = {
    "name": "Bodil Buyer", "badge_name": "Bodil", "birth_date": "17.05.1990", "gender": "woman", "phone": "20 12 34 56", "street": "Ringgaden 1",
    "postcode": "8000", "city": "", "country": "DK", "language": "da",
}  # fmt: skip


@pytest.fixture
def buyer(client, world) -> Client:
    return log_in(client, world.buyer, second_factor=False)


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("language", ["da", "en"])
def test_pages_are_there_in_both_languages(buyer, url, language):
    page = buyer.get(url, {"lang": language})
    assert page.status_code == 200 and f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("url", PAGES)
def test_pages_are_behind_the_sign_in(client, url):
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("url", ["/my/security/elsewhere/", "/my/security/devices/1/"])
def test_deeds_are_posts(buyer, url):
    assert buyer.get(url).status_code == 405


class TestProfile:
    def test_is_saved_as_it_is_kept(self, buyer, world):
        assert buyer.post("/my/profile/", PROFILE).status_code == 302
        person = Person.objects.get(pk=world.buyer.pk)
        assert (str(person.birth_date), person.phone, person.city) == ("1990-05-17", "+4520123456", "Aarhus C")
        page = buyer.get("/my/profile/").content.decode()
        assert 'value="17-05-1990"' in page and 'value="20 12 34 56"' in page

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", ""), ("name", "http://evil.example"), ("name", "Bo\u202edil"), ("badge_name", "x" * 61), ("birth_date", "31-02-1990"), ("birth_date", "1-1-2100"),
         ("gender", "yes"), ("phone", "12"), ("postcode", "0001"), ("country", "XX"), ("language", "de"), ("street", "x" * 121)],
    )  # fmt: skip
    def test_errors_stand_beside_the_field_and_what_was_typed_is_kept(self, buyer, world, field, value):
        page = buyer.post("/my/profile/", {**PROFILE, "street": "Min egen vej 7", field: value})
        assert page.status_code == 422 and list(page.context["form"].errors) == [field]
        assert field == "street" or "Min egen vej 7" in page.content.decode()
        assert Person.objects.get(pk=world.buyer.pk).phone == ""

    def test_nobody_elses_is_changed_by_a_hidden_field(self, buyer, world):
        buyer.post("/my/profile/", {**PROFILE, "id": str(world.owner.pk), "person": str(world.owner.pk)})
        assert Person.objects.get(pk=world.owner.pk).name == "Olga Owner"

    def test_the_language_counts_at_once(self, buyer):
        page = buyer.post("/my/profile/", {**PROFILE, "language": "en"}, follow=True)
        assert 'lang="en"' in page.content.decode()


class TestPostcode:
    def test_a_danish_one_has_a_town(self, client):
        response = client.get("/postcode/8000.json")
        assert response.json() == {"town": "Aarhus C"} and not response.cookies

    def test_others_have_none(self, client):
        assert client.get("/postcode/0001.json").status_code == 404
        assert client.get("/postcode/abcd.json").status_code == 404


class TestDevices:
    def login_from(self, world, agent: str) -> Client:
        """Through the real pages, which note the device."""
        import re

        from django.core import mail

        from tests.jobs import run_jobs

        client = Client(headers={"user-agent": agent})
        client.post("/accounts/login/", {"email": "buyer@example.com"})
        run_jobs()
        client.post("/accounts/code/", {"code": re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE).group(1)})
        return client

    def test_all_others_are_logged_out_and_this_one_is_not(self, world):
        phone, laptop = self.login_from(world, "Mozilla/5.0 (iPhone) Safari/604"), self.login_from(world, "Mozilla/5.0 (Windows NT) Firefox/140")
        names = [device.name for device in laptop.get("/my/security/").context["devices"]]
        assert names == ["Firefox, Windows", "Safari, iPhone"]
        assert laptop.post("/my/security/elsewhere/").status_code == 302
        assert phone.get("/my/").status_code == 302 and laptop.get("/my/").status_code == 200
        assert UserSession.objects.count() == Session.objects.filter(session_key__in=UserSession.objects.values("session_key")).count() == 1

    @pytest.mark.asvs("7.5.2")
    def test_one_can_be_logged_out_but_not_somebody_elses(self, world, client):
        phone, laptop = self.login_from(world, "iPhone"), self.login_from(world, "Windows")
        other = laptop.get("/my/security/").context["devices"][1]
        log_in(client, world.stranger).post(f"/my/security/devices/{other.id}/")
        assert phone.get("/my/").status_code == 200
        laptop.post(f"/my/security/devices/{other.id}/")
        assert phone.get("/my/").status_code == 302

    def test_the_list_does_not_grow_queries(self, world):
        first = self.login_from(world, "one")
        one = queries(first, "/my/security/")
        self.login_from(world, "two"), self.login_from(world, "three")
        assert queries(first, "/my/security/") == one and len(first.get("/my/security/").context["devices"]) == 3

    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Linux"),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
            ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari, Mac"),
        ],
    )
    def test_browsers_in_words(self, agent, name):
        assert device_name(agent) == name


@pytest.mark.asvs("15.2.2")
def test_the_overview_does_not_grow_queries(buyer, world, now):
    def add(slug: str) -> None:
        organization = Organization.objects.create(slug=slug, name=slug, email="a@example.com", created_at=now)
        Role.objects.create(organization=organization, person=world.buyer, kind="owner", granted_at=now)

    add("a1")
    one = queries(buyer, "/my/")
    add("a2"), add("a3")
    assert queries(buyer, "/my/") == one


def test_the_overview_says_what_to_do_first(buyer, world):
    Person.objects.filter(pk=world.buyer.pk).update(name="")
    assert buyer.get("/my/").context["todo"] == ["profile"]


def test_pages_of_a_person_are_not_kept_by_others(buyer):
    """Shared caches must not keep what belongs to one person."""
    response = buyer.get("/my/profile/")
    assert "Cookie" in response.get("Vary", "") and "public" not in response.get("Cache-Control", "")
