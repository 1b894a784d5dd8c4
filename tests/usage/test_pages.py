"""The pages on which the counts are read."""

from datetime import timedelta

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.organizations.models import Role, RoleKind
from conbillet.usage.models import ShopCount, SiteCount
from tests.cast import make_person, put
from tests.everything import make_staff
from tests.login import log_in


@pytest.fixture
def filled(world):
    yesterday = clock.copenhagen_day(clock.now()) - timedelta(days=2)
    day = max(yesterday, yesterday.replace(day=1))
    amounts = {
        ("event", ""): 1284, ("cart", ""): 400, ("checkout", ""): 380, ("details", ""): 300, ("order", ""): 280, ("paid", ""): 250,
        ("refused", "product_sold_out"): 77, ("refused", "wrong_age"): 4, ("fault", "person_birth_date"): 33, ("gave_up", ""): 12,
    }  # fmt: skip
    for (step, detail), times in amounts.items():
        ShopCount.objects.create(organization=world.organization, event=world.event, day=day, step=step, detail=detail, language="da", times=times)
    ShopCount.objects.create(organization=world.organization, event=world.event, day=day, step="event", language="en", times=31)
    SiteCount.objects.create(day=day, page="help", language="da", times=42)
    return world


def path_of(world) -> str:
    return f"/office/{world.organization.slug}/events/{world.event.slug}/use/"


def page_for(person, path: str) -> str:
    client = Client()
    log_in(client, person)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_association_sees_where_buyers_give_up(filled):
    html = page_for(filled.owner, path_of(filled))
    assert "1.315" in html and "Dansk 1.284 · Engelsk 31" in html
    assert "Af 100 kurve blev 62 betalt." in html.replace("\n", " ")
    assert "Udsolgt, eller for få tilbage" in html and "Fødselsdatoen" in html
    assert "Alderen passede ikke" not in html  # four times
    assert "<svg" in html and " style=" not in html


def test_a_step_with_too_few_says_so(filled):
    ShopCount.objects.filter(step="paid").update(times=4)
    html = page_for(filled.owner, path_of(filled))
    assert "for få til at vise" in html and "Af 100 kurve" not in html


def test_nothing_yet_says_when_to_come_back(world):
    assert "Kig forbi i morgen" in page_for(world.owner, path_of(world))


def test_others_do_not_see_it(filled):
    client = Client()
    log_in(client, filled.stranger)
    assert client.get(path_of(filled)).status_code == 404
    crew = Client()
    log_in(crew, filled.door_crew)
    assert crew.get(path_of(filled)).status_code == 403
    owner = Client()
    log_in(owner, filled.owner)
    assert owner.post(path_of(filled)).status_code == 405
    assert owner.get("/desk/use/").status_code == 404


def test_the_desk_sees_conbillets_own_pages_and_no_associations(filled):
    html = page_for(make_staff(), "/desk/use/")
    assert "Hjælp" in html and "42" in html and "1.284" not in html


def test_read_only_is_enough(filled):
    reader = make_person("Rikke Revisor", "rikke@alea.example")
    put(Role(organization=filled.organization, person=reader, kind=RoleKind.READ_ONLY, granted_at=clock.now()))
    assert "1.315" in page_for(reader, path_of(filled))
