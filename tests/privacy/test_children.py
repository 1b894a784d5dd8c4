"""Children under 15: a buyer gets what they entered themselves, a guardian what the desk has seen a proof for, and nobody
can name a stranger's child."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings

from conbillet.accounts.models import Account
from conbillet.core import clock
from conbillet.core.actor import Actor, ActorKind, person_actor
from conbillet.memberships.actions import grant_membership as granting
from conbillet.memberships.models import Member
from conbillet.privacy.actions.forget_guardianships import forget_guardianships
from conbillet.privacy.actions.record_guardian import CannotGuard, NotAChild, OwnGuardian, record_guardian
from conbillet.privacy.actions.remove_guardian import remove_guardian
from conbillet.privacy.insight import children
from conbillet.privacy.insight.collect import collect
from conbillet.privacy.insight.package import as_json
from conbillet.privacy.models import Guardianship, InsightPackage
from conbillet.privacy.reach import guest, subject_of
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.sales.models import Participant
from conbillet.workflows import insight
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, order_of, pay_for

pytestmark = pytest.mark.django_db

KIT = replace(ADA, name="Kit Lund", badge_name="Kitkat", email="", birth_date=date(2015, 1, 1))
TIM = replace(ADA, name="Tim Tranholm", badge_name="Timtam", email="", birth_date=date(2015, 1, 1), street="Tranevej 7")


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    monkeypatch.setattr(settings, "CONBILLET_DATA", tmp_path / "data")


def bought(world, now, buyer, child):
    wishes = (Wish(world.adult.pk, 1), Wish(world.child.pk, 1), Wish(world.membership.pk, 2))
    return pay_for(order_of(world, now, *wishes, people=(buyer, child)), now)


def person_of(details, now):
    person = make_person(details.name, details.email)
    attach_orders(person_id=person.pk, email=details.email, now=now)
    return person


def told(person, now) -> str:
    return as_json(collect(subject=subject_of(person), now=now), settings.CONBILLET_OPERATOR)


STAFF_NAME = "Stine Skov"


@pytest.fixture
def staff() -> Actor:
    return Actor(ActorKind.STAFF, make_person(STAFF_NAME).pk)


# --- a child without an account ----------------------------------------------------------------------------------------------
def test_a_buyer_gets_what_they_entered_about_a_child_and_what_became_of_it(world, now):
    bought(world, now, ADA, KIT)
    (child,) = collect(subject=guest("ada@example.com"), now=now).children
    assert child.values["name"] == "Kit Lund" and child.values["birth_date"] == date(2015, 1, 1)
    assert len(child.tickets) == 1 and len(child.dues) == 1


def test_a_child_that_somebody_else_bought_for_is_not_told(world, now):
    bought(world, now, ADA, KIT)
    tora = replace(ADA, name="Tora Tranholm", email="tora@example.com")
    bought(world, now, tora, TIM)
    ada = person_of(ADA, now)
    assert "Kit Lund" in told(ada, now)
    assert not [text for text in ("Tim Tranholm", "Timtam", "Tranevej 7") if text in told(ada, now)]


def test_planted_children_of_all_orders_are_noticed(world, now, monkeypatch):
    bought(world, now, ADA, KIT)
    bought(world, now, replace(ADA, name="Tora Tranholm", email="tora@example.com"), TIM)
    ada = person_of(ADA, now)
    honest = Participant.objects.filter
    monkeypatch.setattr(
        children.Participant.objects, "filter",
        lambda **narrow: honest(**{name: value for name, value in narrow.items() if name != "order__in"}),
    )  # fmt: skip
    assert "Tim Tranholm" in told(ada, now)


def test_whoever_buys_in_the_name_of_a_strangers_child_learns_nothing_of_it(world, now):
    """The register knows the child already, with its address, and finds it by name and birth date."""
    tora = replace(ADA, name="Tora Tranholm", email="tora@example.com")
    bought(world, now, tora, replace(TIM, street="Hemmelig Vej 3"))
    stranger = replace(ADA, name="Sy Snog", email="sy@example.com")
    bought(world, now, stranger, replace(TIM, street="", badge_name=""))
    text = told(person_of(stranger, now), now)
    assert "Tim Tranholm" in text  # what they typed
    assert not [one for one in ("Hemmelig", "Timtam", "tora@example.com", "Tora") if one in text]


def test_a_child_with_an_address_of_its_own_is_not_the_buyers(world, now):
    bought(world, now, ADA, replace(KIT, email="kit@example.com"))
    assert collect(subject=guest("ada@example.com"), now=now).children == []


def test_fifteen_year_olds_ask_for_themselves(world, now):
    bought(world, now, ADA, KIT)
    Participant.objects.filter(name="Kit Lund").update(birth_date=date(2011, 3, 2))
    assert len(collect(subject=guest("ada@example.com"), now=now).children) == 1
    assert collect(subject=guest("ada@example.com"), now=now + timedelta(days=1)).children == []


def test_whoever_gives_their_own_address_for_a_strangers_child_gets_an_entry_of_their_own(world, now):
    """Name and birthday are known to half a school class; they do not open the child's entry in the register."""
    tora = replace(ADA, name="Tora Tranholm", email="tora@example.com")
    bought(world, now, tora, replace(TIM, street="Hemmelig Vej 3"))
    stranger = replace(ADA, name="Sy Snog", email="sy@example.com")
    bought(world, now, stranger, replace(TIM, email="sy@example.com"))
    sy = person_of(stranger, now)
    assert Member.objects.filter(name="Tim Tranholm").count() == 2
    assert not [one for one in ("Hemmelig", "tora@example.com", "Tora") if one in told(sy, now)]


def test_planted_an_entry_found_by_name_and_birthday_is_noticed(world, now, monkeypatch):
    tora = replace(ADA, name="Tora Tranholm", email="tora@example.com")
    bought(world, now, tora, TIM)
    entry = Member.objects.get(name="Tim Tranholm")
    entry.phone = "+4512345678"
    entry.save()
    monkeypatch.setattr(
        granting, "_find", lambda organization, details: Member.objects.filter(name=details.name).first()
    )
    stranger = replace(ADA, name="Sy Snog", email="sy@example.com")
    bought(world, now, stranger, replace(TIM, email="sy@example.com"))
    assert "+4512345678" in told(person_of(stranger, now), now)


# --- a child with an account -------------------------------------------------------------------------------------------------
@pytest.fixture
def kit(world, now):
    return make_person(
        "Kit Lund", "kit@example.com", birth_date=clock.copenhagen_day(clock.now()) - timedelta(days=4000)
    )


@pytest.fixture
def ada(world, now):
    return make_person("Ada Lund", "ada@example.com")


def test_a_recorded_guardian_asks_and_fetches(client, ada, kit, staff):
    record_guardian(guardian=ada, child=kit, actor=staff, now=clock.now())
    page = log_in(client, ada)
    assert "Lav pakken for Kit Lund" in page.get("/my/data/").content.decode()
    page.post("/my/data/package/", {"child": str(kit.pk)})
    run_jobs()
    package = InsightPackage.objects.get()
    assert (package.person, package.asked_by) == (kit, ada)
    answer = page.get(f"/my/data/package/{package.reference}/")
    content = zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json").decode()
    assert "kit@example.com" in content and STAFF_NAME not in content
    assert "Vi så, at nogen er din værge" in log_in(client, kit).get("/my/data/").content.decode()
    assert json.loads(content)["format"]


def test_nobody_names_a_strangers_child(client, ada, kit, world):
    page = log_in(client, ada)
    assert "Kit Lund" not in page.get("/my/data/").content.decode()
    for child in (str(kit.pk), "Kit Lund", "kit@example.com", "x", "1"):
        assert page.post("/my/data/package/", {"child": child}).status_code == 404
    account = Account.objects.get(person=ada)
    with pytest.raises(insight.NotYours):
        insight.order_package(account=account, child=kit, language="da", now=clock.now())
    assert not InsightPackage.objects.exists()


def test_planted_everybody_is_everybodys_guardian_is_noticed(client, ada, kit, monkeypatch):
    monkeypatch.setattr("conbillet.web.me.views.data.wards_of", lambda **_rest: [kit])
    monkeypatch.setattr(insight, "wards_of", lambda **_rest: [kit])
    assert log_in(client, ada).post("/my/data/package/", {"child": str(kit.pk)}).status_code == 302
    assert InsightPackage.objects.filter(person=kit, asked_by=ada).exists()


def test_buying_for_a_child_with_an_account_makes_nobody_its_guardian(ada, kit):
    Guardianship.objects.create(guardian=ada, child=kit, basis="purchase", since_at=clock.now())
    assert children.wards_of(guardian=ada, now=clock.now()) == []


def test_it_ends_on_the_fifteenth_birthday(client, ada, kit, staff):
    record_guardian(guardian=ada, child=kit, actor=staff, now=clock.now())
    account = Account.objects.get(person=ada)
    package = insight.order_package(account=account, child=kit, language="da", now=clock.now())
    run_jobs()
    kit.birth_date = date(2011, 1, 1)
    kit.save()
    assert children.wards_of(guardian=ada, now=clock.now()) == []
    assert log_in(client, ada).get(f"/my/data/package/{package.reference}/").status_code == 404


def test_it_is_forgotten_on_that_day(ada, kit, staff):
    record_guardian(guardian=ada, child=kit, actor=staff, now=clock.now())
    kit.birth_date = date(2015, 5, 10)
    kit.save()
    assert forget_guardianships(now=datetime(2030, 5, 9, 12, tzinfo=UTC)) == 0
    assert forget_guardianships(now=datetime(2030, 5, 10, 12, tzinfo=UTC)) == 1


def test_it_ends_when_the_desk_takes_it_back(client, ada, kit, staff, tmp_path, django_capture_on_commit_callbacks):
    guardianship = record_guardian(guardian=ada, child=kit, actor=staff, now=clock.now())
    insight.order_package(account=Account.objects.get(person=ada), child=kit, language="da", now=clock.now())
    run_jobs()
    with django_capture_on_commit_callbacks(execute=True):
        remove_guardian(guardianship=guardianship, actor=staff, now=clock.now())
    assert not InsightPackage.objects.exists() and not list((tmp_path / "data").glob("packages/*.sealed"))


def test_only_staff_write_it_down_and_only_for_children(ada, kit, staff):
    with pytest.raises(CannotGuard):
        record_guardian(guardian=ada, child=kit, actor=person_actor(ada.pk), now=clock.now())
    with pytest.raises(OwnGuardian):
        record_guardian(guardian=kit, child=kit, actor=staff, now=clock.now())
    with pytest.raises(NotAChild):
        record_guardian(guardian=kit, child=ada, actor=staff, now=clock.now())
    assert not Guardianship.objects.exists() and children.GROWN_UP == 15


def test_an_erased_child_leaves_no_package_with_the_guardian(ada, kit, staff):
    record_guardian(guardian=ada, child=kit, actor=staff, now=clock.now())
    insight.order_package(account=Account.objects.get(person=ada), child=kit, language="da", now=clock.now())
    run_jobs()
    from conbillet.workflows.erasure import erase_myself

    erase_myself(person=kit, void_tickets=False, now=clock.now())
    assert not InsightPackage.objects.exists() and not Guardianship.objects.exists()
