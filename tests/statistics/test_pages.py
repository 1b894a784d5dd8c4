"""The pages of statistics: who sees them, what stands on them, and that the public one is the owner's to show."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from conbillet.core import clock
from conbillet.core.data_map import IMPROVE
from conbillet.core.models import AuditEntry
from conbillet.core.people import NOBODY
from conbillet.organizations.models import Role, RoleKind
from conbillet.privacy.models import Limit
from conbillet.statistics.models import TableEdition
from conbillet.statistics.queries import event_statistics
from conbillet.statistics.snapshot import event_counts
from conbillet.statistics.tests.crowd import Guest, let_come
from conbillet.workflows.erasure import erase_myself
from conbillet.workflows.statistics import take_statistics
from tests.cast import make_event, make_person, make_product, put
from tests.login import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.proves("disclose.statistics")]

WOMEN, MEN = 37, 24
EMPTY = "Der er endnu ikke folk nok til at vise det."


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


@pytest.fixture
def full(world, now):
    """An event with 65 people, four of them men from Odense, and one last year with 30."""
    last = make_event(world.organization, "fastaval-2025", name="Fastaval 2025", state="closed", starts_on=date(2025, 4, 1), ends_on=date(2025, 4, 2))
    let_come(last, make_product(last, "ticket", "Billet", 100), [Guest()] * 30, now=now - timedelta(days=365))
    guests = [Guest()] * WOMEN + [Guest("man")] * MEN + [Guest("man", date(2012, 1, 1), "5000")] * 4
    let_come(world.event, world.adult, guests, now=now)
    take_statistics(now=now)
    return world


def client_of(person) -> Client:
    return log_in(Client(), person)


def office(world, path="") -> str:
    return f"/office/{world.organization.slug}/{path}statistics/"


def of_event(world) -> str:
    return office(world, f"events/{world.event.slug}/")


def text_of(response) -> str:
    assert response.status_code == 200
    main = re.search(r"<main.*</main>", response.content.decode(), re.S)[0]
    main = re.sub(r"<svg.*?</svg>", "", main, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def numbers_of_people(response) -> set[int]:
    """Every number between the curve of the sale and the explanation."""
    tables = text_of(response).split("Alder og køn", 1)[1].split("Sådan tæller vi")[0].split("År for år")[0]
    tables = re.sub(r"\b\d+-\d+\b|\b60\+|\b20\d\d\b|(under|trin på|end|mindst) \d+", "", tables)
    return {int(number) for number in re.findall(r"\d+", tables)}


class TestTheOffice:
    def test_an_event_shows_who_comes_and_hides_what_is_small(self, full):
        page = client_of(full.owner).get(of_event(full))
        text = text_of(page)
        assert "Solgte billetter 65" in text, "sales are exact"
        assert "30-39 35 20" in text, "37 women and 24 men, rounded down"
        assert "0-14 under 5 under 5" in text, "the four boys"
        assert "Aarhus 60" in text and "Odense" not in text
        assert numbers_of_people(page) == {20, 35, 60}, "no exact number of people"
        assert page.content.decode().count('role="img"') >= 2 and " style=" not in page.content.decode()

    def test_the_years_stand_side_by_side(self, full):
        text = text_of(client_of(full.owner).get(office(full)))
        assert "Fastaval 2026" in text and "Fastaval 2025" in text
        assert "2025 25 under 5 2026 35 20" in text, "gender by event"
        assert "Aarhus 25 60" in text, "places by event: all but a step, since nobody may know where everybody lives"

    def test_with_too_few_people_it_says_so(self, world, now):
        let_come(world.event, world.adult, [Guest()] * 9, now=now)
        take_statistics(now=now)
        text = text_of(client_of(world.owner).get(of_event(world)))
        assert text.count(EMPTY) == 2 and "Solgte billetter 9" in text
        assert EMPTY in text_of(client_of(world.owner).get(office(world)))

    def test_whoever_sees_the_office_sees_them_and_nobody_else(self, full):
        reader = make_person("Rie Reader", "reader@alea.example")
        put(Role(organization=full.organization, person=reader, kind=RoleKind.READ_ONLY, granted_at=clock.now()))
        for address in (office(full), of_event(full)):
            assert client_of(reader).get(address).status_code == 200
            assert client_of(full.door_crew).get(address).status_code == 403
            assert client_of(full.stranger).get(address).status_code == 404
            assert Client().get(address).status_code == 302

    def test_no_address_narrows_a_table_down(self, full):
        client = client_of(full.owner)
        plain = text_of(client.get(of_event(full)))
        assert text_of(client.get(f"{of_event(full)}?gender=man&age=0-14&from=2026-03-01&place=0461")) == plain


class TestThePublicPage:
    def show(self, world, person=None, on="1"):
        return client_of(person or world.owner).post(f"{office(world)}public/", {"on": on})

    def test_it_is_off_until_an_owner_shows_it(self, full):
        address = f"/{full.organization.slug}/statistics/"
        assert Client().get(address).status_code == 404
        manager = make_person("Mads Manager", "manager@alea.example")
        put(Role(organization=full.organization, person=manager, kind=RoleKind.MANAGER, granted_at=clock.now()))
        assert self.show(full, manager).status_code == 403
        assert Client().get(address).status_code == 404
        assert address not in Client().get(f"/{full.organization.slug}/").content.decode()
        assert self.show(full).status_code == 302
        page = Client().get(address)
        assert page.status_code == 200 and not page.cookies
        assert address in Client().get(f"/{full.organization.slug}/").content.decode()
        self.show(full, on="0")
        assert Client().get(address).status_code == 404
        actions = AuditEntry.objects.filter(action__startswith="statistics_").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == ["statistics_shown", "statistics_hidden"]

    def test_it_shows_tens_only_and_no_money(self, full):
        self.show(full)
        page = Client().get(f"/{full.organization.slug}/statistics/")
        text = text_of(page)
        assert "30-39 30 20" in text and "Aarhus 50" in text and "Solgte billetter 65" in text
        assert "kr." not in text
        shown = TableEdition.objects.filter(least=10)
        assert shown and all(number % 10 == 0 for one in shown for number in one.shown.values())
        assert all(number % 10 == 0 for number in numbers_of_people(page))

    def test_it_is_made_every_ten_minutes_at_most(self, full, django_assert_max_num_queries):
        self.show(full)
        address = f"/{full.organization.slug}/statistics/"
        Client().get(address)
        with django_assert_max_num_queries(1):
            Client().get(address)


class TestWhoIsNotCounted:
    @pytest.mark.parametrize(("kind", "purpose"), [("restriction", ""), ("objection", IMPROVE), ("objection", "")])
    def test_people_whose_data_may_not_be_used(self, world, now, kind, purpose):
        guests = [Guest(email=f"{number}@example.dk", name=f"G{number}") for number in range(26)]
        let_come(world.event, world.adult, guests, now=now)
        for number in range(2):
            Limit.objects.create(email=f"{number}@example.dk", kind=kind, purpose=purpose, from_at=now - timedelta(days=1))
        take_statistics(now=now)
        assert self.women(world) == 15, "24 of them, a step less since all came at once"

    def test_the_twin_without_limits_they_are(self, world, now):
        guests = [Guest(email=f"{number}@example.dk", name=f"G{number}") for number in range(26)]
        let_come(world.event, world.adult, guests, now=now)
        Limit.objects.create(email="0@example.dk", kind="objection", purpose="use.services", from_at=now)
        take_statistics(now=now)
        assert self.women(world) == 20

    def women(self, world) -> int:
        found = event_statistics(organization_id=world.organization.pk, public=False)
        return found[world.event.pk].ages["30-39"]["woman"]


@pytest.mark.proves("right.deletion")
def test_a_deletion_changes_no_number_and_the_next_count_does_without_the_person(world, now):
    person = make_person("Gerda Gæst", "gerda@example.dk")
    guests = [Guest(email=f"{number}@example.dk", name=f"G{number}") for number in range(25)]
    let_come(world.event, world.adult, [*guests, Guest(person_id=person.pk, email="gerda@example.dk", name="Gerda Gæst")], now=now)
    take_statistics(now=now)
    before = list(TableEdition.objects.order_by("pk").values())
    erase_myself(person=person, void_tickets=True, now=now)
    take_statistics(now=now + timedelta(days=1))
    assert list(TableEdition.objects.order_by("pk").values()) == before
    assert event_counts(event=world.event, earlier=[], left_out=NOBODY)["age_gender", "30-39"].cells == {"woman": 25}


def test_running_twice_keeps_nothing_twice(full, now):
    kept = TableEdition.objects.count()
    assert take_statistics(now=now) == 0
    assert TableEdition.objects.count() == kept
