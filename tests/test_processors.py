"""Sub-processors: nobody is added, changed or taken away without a new list, announced to every owner in time."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.consents import queries
from conbillet.consents.policy_checks import complaints
from conbillet.consents.processors import (
    NOTICE,
    ProcessorList,
    changes,
    coming_list,
    complaints_about,
    current_list,
    of_map,
    read_lists,
    since,
    written,
)
from conbillet.consents.queries import texts
from conbillet.core import clock
from conbillet.core.data_map import DataMap, Processor, data_map
from conbillet.core.models import AuditEntry
from conbillet.organizations.models import ProcessorObjection, Role, RoleKind
from conbillet.workflows.processor_news import announce_processors
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in

pytestmark = pytest.mark.django_db

NEW = Processor("nyt firma", "US", "use.services", ("user.email",), "always", ("US",), "standard contractual clauses")
TOLD, FROM = date(2026, 11, 28), date(2027, 1, 4)


def with_processors(**changed: Processor | None) -> DataMap:
    house, planted = data_map.load(), DataMap()
    planted.tables, planted.cookies, planted.streams, planted._loaded = house.tables, house.cookies, house.streams, True
    planted.processors = {name: one for name, one in {**house.processors, **changed}.items() if one is not None}
    return planted


def added(lists: tuple[ProcessorList, ...] = (), *, told: date = TOLD, effective: date = FROM) -> ProcessorList:
    return ProcessorList(told, effective, of_map(with_processors(**{NEW.name: NEW})), "f" * 64)


class TestCheck:
    @pytest.mark.proves("role.processor")
    def test_the_newest_list_is_the_map_s(self):
        assert complaints_about(texts().processors, texts().published, data_map.load()) == []

    @pytest.mark.parametrize("changed", [
        {NEW.name: NEW}, {"stripe": None},
        {"stripe": replace(data_map.load().processors["stripe"], sends=("everything",))},
        {"hetzner": replace(data_map.load().processors["hetzner"], country="US")},
    ])  # fmt: skip
    def test_planted_a_change_in_the_map_without_a_new_list_fails(self, changed):
        (name,) = changed
        found = complaints(texts(), with_processors(**changed))
        assert any(one.startswith(f"{name}: the data map says otherwise") and "tools.processors" in one for one in found)

    def test_a_new_list_that_was_announced_in_time_is_fine(self):
        lists = (*texts().processors, added())
        published = {**texts().published, ("processors", TOLD.isoformat()): "f" * 64}
        assert complaints_about(lists, published, with_processors(**{NEW.name: NEW})) == []

    @pytest.mark.parametrize(("days", "fine"), [(NOTICE.days, True), (NOTICE.days - 1, False), (0, False)])
    def test_planted_less_than_the_agreed_days_fails(self, days, fine):
        lists = (*texts().processors, added(effective=TOLD + timedelta(days=days)))
        published = {**texts().published, ("processors", TOLD.isoformat()): "f" * 64}
        found = complaints_about(lists, published, with_processors(**{NEW.name: NEW}))
        assert (found == []) is fine

    def test_the_agreement_says_the_same_number_of_days(self):
        for version in texts().agreements:
            words = " ".join(section.markdown for section in version.texts["full", "en"].sections)
            assert f"at least {NOTICE.days} days before" in words

    def test_planted_a_published_list_that_was_edited_fails(self, tmp_path):
        folder = tmp_path / "processors"
        folder.mkdir()
        path = folder / "2026-11-23.json"
        path.write_text(written(of_map(data_map.load()), effective_on=date(2026, 11, 23)))
        (first,) = read_lists(folder)
        published = {("processors", first.name): first.text_hash}
        assert complaints_about((first,), published, data_map.load()) == []
        content = json.loads(path.read_text())
        content["effective_on"] = "2026-11-24"
        path.write_text(json.dumps(content))
        assert "edited since" in complaints_about(read_lists(folder), published, data_map.load())[0]
        assert "not in published.txt" in complaints_about(read_lists(folder), {}, data_map.load())[0]


def test_which_list_applies_and_since_when():
    first, second = texts().processors[-1], added()
    third = replace(first, announced_on=date(2027, 3, 1), effective_on=date(2027, 5, 1))
    lists = (first, second, third)
    assert [current_list(lists, day) for day in (date(2020, 1, 1), FROM - timedelta(days=1), FROM)] == [first, first, second]
    assert [coming_list(lists, day) for day in (date(2026, 11, 24), TOLD, FROM)] == [None, second, None]
    assert [(one.kind, one.listed.name) for one in changes(first, second)] == [("added", NEW.name)]
    assert [one.kind for one in changes(second, third)] == ["removed"]
    assert since(lists, "stripe", FROM) == first.effective_on and since(lists, NEW.name, FROM) == FROM
    assert since(lists, NEW.name, date(2027, 6, 1)) is None


class TestAnnounced:
    @pytest.fixture
    def coming(self, monkeypatch):
        """A firm is new from January on; announced on 28 November."""
        sound = texts()
        planted = replace(sound, processors=(*sound.processors, added()))
        monkeypatch.setattr(queries, "library", lambda folder: planted)
        moment = datetime(2026, 11, 29, 9, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    @pytest.mark.proves("role.processor")
    def test_every_owner_is_mailed_once_and_in_time(self, world, coming):
        assert announce_processors(now=coming - timedelta(days=2)) == 0, "not before it is announced"
        owners = Role.objects.filter(kind=RoleKind.OWNER).count()
        assert announce_processors(now=coming) == owners > 1
        run_jobs()
        told = [one for one in mail.outbox if "Nyt Firma" in one.body]
        assert len(told) == owners and {to for one in told for to in one.to} >= {world.owner.account.email}
        assert "4. januar 2027" in told[0].body and world.door_crew.account.email not in str([one.to for one in told])
        assert announce_processors(now=coming) == 0
        late = make_person("Late Owner", "late@example.com")
        Role.objects.create(organization=world.organization, person=late, kind=RoleKind.OWNER, granted_at=coming)
        assert announce_processors(now=coming + timedelta(days=3)) == 1

    def test_planted_nothing_is_told_when_the_list_is_not_looked_for(self, world, coming, monkeypatch):
        monkeypatch.setattr("conbillet.workflows.processor_news.coming_list", lambda lists, on: None)
        assert announce_processors(now=coming) == 0

    def test_the_office_and_everybody_can_read_it(self, world, coming):
        owner = log_in(Client(), world.owner)
        page = owner.get("/office/alea/agreement/").content.decode()
        assert "nyt firma" in page and "4. januar 2027" in page and 'name="object"' in page
        assert "agreement/" in owner.get("/office/alea/").content.decode()
        public = Client().get("/policy/processors/")
        text = public.content.decode()
        assert public.status_code == 200 and not public.cookies
        assert "nyt firma" in text and "Stripe Payments Europe" in text and "Irland" in text and "23. november 2026" in text
        crew = log_in(Client(), world.door_crew)
        assert 'name="object"' not in crew.get("/office/alea/agreement/").content.decode()

    def test_an_owner_objects_once_and_the_operator_hears_of_it(self, world, coming, settings):
        owner = log_in(Client(), world.owner)
        empty = owner.post("/office/alea/agreement/", {"object": "1", "reason": " "})
        assert empty.status_code == 422 and not ProcessorObjection.objects.exists()
        assert owner.post("/office/alea/agreement/", {"object": "1", "reason": "Ikke til USA"}).status_code == 302
        owner.post("/office/alea/agreement/", {"object": "1", "reason": "En gang til"})
        found = ProcessorObjection.objects.get()
        assert (found.version, found.reason, found.by) == (TOLD.isoformat(), "Ikke til USA", world.owner)
        run_jobs()
        told = [one for one in mail.outbox if one.to == [settings.CONBILLET_OPERATOR["email"]] and "Ikke til USA" in one.body]
        assert len(told) == 1 and AuditEntry.objects.filter(action="processors_objected").count() == 1
        assert "Ikke til USA" in owner.get("/office/alea/agreement/").content.decode()

    def test_only_owners_object_and_only_for_their_own(self, world, coming):
        crew = log_in(Client(), world.door_crew)
        assert crew.post("/office/alea/agreement/", {"object": "1", "reason": "x"}).status_code in {403, 422}
        stranger = log_in(Client(), world.stranger)
        assert stranger.post("/office/alea/agreement/", {"object": "1", "reason": "x"}).status_code == 404
        assert not ProcessorObjection.objects.exists()

    def test_when_nothing_is_coming_there_is_nothing_to_object_to(self, world):
        owner = log_in(Client(), world.owner)
        assert 'name="object"' not in owner.get("/office/alea/agreement/").content.decode()
        owner.post("/office/alea/agreement/", {"object": "1", "reason": "x"})
        assert not ProcessorObjection.objects.exists()
