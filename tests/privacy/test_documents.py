"""The documents in docs/privacy are those that the program would write now, and say what the law wants said."""

from dataclasses import replace

import pytest

from bench import privacy_mutations as mutations
from conbillet.core import map_rules, map_words
from conbillet.core.data_map import data_map
from conbillet.privacy.activities import ACTIVITIES
from conbillet.web.office import annexes
from conbillet.web.records import asked, assessment
from conbillet.web.records.documents import DOCUMENTS, document, transfers
from conbillet.web.records.machines import map_as_json
from conbillet.web.records.map_document import jobs, map_document
from conbillet.web.records.said import SENTENCES
from tools import proofs
from tools.privacy_documents import FOLDER, documents

STALE = "run: make documents"


@pytest.mark.proves("role.processor", "collect.when")
def test_every_document_is_up_to_date():
    for name, text in documents().items():
        assert (FOLDER / name).read_text() == text, f"docs/privacy/{name} is stale; {STALE}"


def test_nothing_else_claims_to_be_made():
    made = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert made - set(documents()) == {"README.md", "proofs.md", "figures.md"} & made


def test_planted_a_changed_map_makes_the_documents_stale():
    house = data_map.load()
    phone = replace(house.tables["accounts_person"].columns["phone"], clause="collect.email")
    changed = mutations._with_column(house, house.tables["accounts_person"], "phone", phone)
    assert map_document(changed) != map_document(house)
    moved = mutations._with(
        house, "processors", "hetzner", replace(house.processors["hetzner"], country="US", safeguard="none")
    )
    assert "Hetzner | USA" in transfers(moved) and "Hetzner | USA" not in transfers(house)


@pytest.mark.asvs("13.1.1", "14.1.2")
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_record_has_what_article_30_asks_for(language):
    text = document("record-of-processing", language)
    for activity in ACTIVITIES:
        assert all(f"`{table}`" in text for table in activity.tables), activity.name
    assert all(str(annexes.PROCESSORS[name][0]) in text for name in data_map.load().processors if name != "mail relay")
    assert "art. 6(1)(b)" in text and "bogføringsloven § 12" in text
    headings = {"da": ("Som dataansvarlig", "Som databehandler"), "en": ("As controller", "As processor")}[language]
    assert all(f"## {heading}" in text for heading in headings)


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_danish_is_danish(name):
    """No sentence of the English document is left in the Danish one."""
    english, danish = set(document(name, "en").splitlines()), set(document(name, "da").splitlines())
    both = [line for line in english & danish if len(line) > 40 and not line.startswith(("|---", "<small>"))]
    assert [line for line in both if "`" not in line] == []


def test_every_field_that_asks_for_something_says_why():
    assert asked.unlisted() == []


def test_planted_a_field_without_a_reason_is_caught(monkeypatch):
    from conbillet.web.site.forms import ContactForm

    monkeypatch.setitem(ContactForm.base_fields, "shoe_size", ContactForm.base_fields["name"])
    assert asked.unlisted() == [
        "conbillet.web.site.forms.ContactForm.shoe_size: asked without a reason; see web/records/asked.py"
    ]


def test_what_is_required_is_read_from_the_form():
    profile = next(place for place in asked.PLACES if place.form.endswith("ProfileForm"))
    words = {one.field: str(asked.must(profile, one)) for one in profile.asked}
    assert words["name"] == str(asked.REQUIRED) and words["phone"] == str(asked.OPTIONAL)


def test_every_form_that_asks_for_personal_data_is_listed():
    """Whatever a page's form calls name, e-mail, phone, … stands in the list, but for searches, logins and work."""
    from conbillet.core.map_words import NAMES

    work = {
        "conbillet.web.office.attendee_forms.AttendeeForm", "conbillet.web.office.forms.StartForm",
        "conbillet.web.office.forms.SettingsForm", "conbillet.web.gallery.ExampleForm",
        "conbillet.web.office.order_forms.ReplaceEmailForm", "conbillet.web.office.order_forms.NameForm",
        "conbillet.web.site.forms.FindOrderForm", "conbillet.web.me.forms.EmailForm",
        "conbillet.web.site.forms.CaseCodeForm", "conbillet.web.site.forms.PackageCodeForm", "conbillet.web.me.forms.PasswordLoginForm", "conbillet.web.me.forms.AddPasskeyForm",
        "conbillet.web.me.forms.RenamePasskeyForm", "conbillet.web.chat_agents.CaseForm",
    }  # fmt: skip
    from django import forms
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # imports every page, and so every form
    listed = {place.form for place in asked.PLACES}
    personal = {"name", "badge_name", "email", "phone", "birth_date", "gender", "street", "cpr", "number"} & {
        *NAMES,
        "number",
    }
    waiting, missing = [forms.Form], set()
    while waiting:
        for form in waiting.pop().__subclasses__():
            waiting.append(form)
            place = f"{form.__module__}.{form.__name__}"
            fields = {name for name, field in form.base_fields.items() if not isinstance(field, forms.BooleanField)}
            if (
                place.startswith("conbillet.web.")
                and ".desk." not in place
                and ".tests." not in place
                and fields & personal
                and place not in listed | work
            ):
                missing.add(place)
    about_things = {
        name for name in missing if "event_forms" in name or "membership_forms" in name or "gallery" in name
    }
    assert missing - about_things == set()


def test_risks_are_proven_by_tests_that_are_there():
    there = set()
    for path in proofs.test_files():
        place, text = path.relative_to(proofs.CHECKOUT).as_posix(), path.read_text()
        there |= {f"{place}::{line.split('(')[0].split()[-1]}" for line in text.splitlines() if "def test_" in line}
    wanted = {test for risk in assessment.RISKS for test in risk.proof}
    assert wanted and wanted - there == set()


def test_the_map_for_machines_has_every_column():
    found = map_as_json(data_map.load())
    columns = {(table["name"], column["name"]) for table in found["tables"] for column in table["columns"]}
    assert columns == {(table.name, name) for table in data_map.load().tables.values() for name in table.columns}
    assert {one["name"] for one in found["processors"]} == set(data_map.load().processors)


@pytest.mark.proves("use.identify")
def test_jobs_carry_ids_and_references_only():
    found = jobs()
    assert len(found) > 8
    assert not [name for names in found.values() for name in names if says_who(name)]
    assert says_who("buyer_name") and says_who("email") and not says_who("order")


def says_who(name: str) -> bool:
    """Whether something of this name would say something about a person."""
    return map_rules._plain(name) in map_words.NAMES


def test_every_processor_and_period_has_its_words():
    map_ = data_map.load()
    sentences = {text for one in map_.streams.values() for text in (one.name, one.holds, one.keep)}
    sentences |= {text for one in map_.processors.values() for text in one.sends if not text.startswith("user.")}
    assert sorted(sentences - set(SENTENCES)) == [], "add them to web/records/said.py, and their Danish"
    keeps = {column.keep.name for table in map_.tables.values() for column in table.columns.values() if column.keep}
    assert set(map_.processors) <= set(annexes.PROCESSORS) & set(annexes.WHEN)
    assert keeps <= set(annexes.PERIODS)
    assert {one.country for one in map_.processors.values()} <= set(annexes.COUNTRIES)
