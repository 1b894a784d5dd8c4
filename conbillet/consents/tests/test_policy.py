"""Text and code say the same; and each check catches what it is for."""

import dataclasses
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from conbillet.consents import policy_checks as checks
from conbillet.consents.map_hash import map_hash
from conbillet.consents.policy_texts import BadPolicy, Clause, Library, Text, coming, current, library, parse
from conbillet.consents.promises import PROMISES
from conbillet.consents.proofs import CLAUSES
from conbillet.consents.queries import current_policy_version, current_terms_version, texts
from conbillet.core.data_map import CONSENT, SIGN_IN, DataMap, data_map, kept

TODAY = date(2026, 11, 22)


def map_without(clause: str) -> DataMap:
    """The house's map with every column, cookie and processor of one clause taken out."""
    copy = DataMap()
    for name, table in data_map.load().tables.items():
        columns = {key: column for key, column in table.columns.items() if column.clause != clause}
        copy.tables[name] = type(table)(table.name, table.subject, columns)
    copy.cookies = {name: cookie for name, cookie in data_map.cookies.items() if cookie.clause != clause}
    copy.processors = {name: one for name, one in data_map.processors.items() if one.clause != clause}
    return copy


def library_with(change, *, only: tuple[str, str] | None = None) -> Library:
    """The house's texts with `change` done to every clause of the newest policy, or of one of its texts."""
    found = texts()
    newest = checks.newest(found)

    def changed(text: Text) -> Text:
        sections = []
        for section in text.sections:
            clauses = [change(clause) for clause in section.clauses]
            sections.append(replace(section, clauses=tuple(clause for clause in clauses if clause)))
        return replace(text, sections=tuple(sections))

    edited = {key: changed(text) if only in (None, key) else text for key, text in newest.texts.items()}
    return replace(found, draft=replace(newest, texts=edited))


@pytest.mark.proves("policy.full_and_short", "policy.dates", "collect.when")
def test_the_policy_and_the_code_say_the_same():
    assert checks.complaints(texts(), data_map.load()) == []


@pytest.mark.parametrize("id", sorted(PROMISES))
def test_planted_an_untold_promise_is_caught(id):
    found = library_with(lambda clause: None if clause.id == id else clause)
    assert f"{id} is promised, but the policy does not tell it" in checks.every_promise_is_told(found)


def test_planted_an_invented_promise_is_caught():
    found = library_with(
        lambda clause: replace(clause, id="collect.shoe_size") if clause.id == "collect.name" else clause
    )
    assert "collect.shoe_size is no promise of ours" in checks.every_promise_is_told(found)


@pytest.mark.parametrize("key", [("short", "da"), ("full", "en"), ("short", "en")])
def test_planted_a_clause_missing_from_one_text_is_caught(key):
    found = library_with(lambda clause: None if clause.id == "collect.gender" else clause, only=key)
    assert checks.same_clauses(found) == [
        f"{checks.newest(texts()).name}: {key[0]}.{key[1]} has other clauses than the first text"
    ]


def test_planted_a_clause_that_hides_that_it_comes_later_is_caught():
    def honest_no_more(clause: Clause) -> Clause:
        return replace(clause, markdown="We do it.") if clause.id == "storage.backups" else clause

    assert checks.pending_is_said(library_with(honest_no_more, only=("short", "en"))) == [
        "short.en: storage.backups is pending, but does not say so"
    ]


def test_planted_a_forgotten_pending_id_is_caught():
    forgotten = next(iter(texts().pending))
    found = replace(texts(), pending={id: why for id, why in texts().pending.items() if id != forgotten})
    assert f"full.da: {forgotten} says that it comes later, but is not pending" in checks.pending_is_said(found)
    found = replace(texts(), pending={**texts().pending, "collect.tail": "no"})
    assert checks.pending_is_said(found) == ["collect.tail is pending, but is no clause"]


CLAIMED = sorted(
    id
    for id in PROMISES
    if id.startswith(("collect.", "cookie.")) and id not in checks.WITHOUT_COLUMNS and id not in texts().pending
)


@pytest.mark.parametrize("id", CLAIMED)
def test_planted_an_over_claim_is_caught(id):
    """The text names something that no column, cookie or processor is declared for."""
    assert checks.over_claims(texts(), map_without(id)) == [
        f"{id}: the policy claims it, but the data map has nothing of the kind"
    ]


@pytest.mark.parametrize("id", CLAIMED)
def test_planted_an_under_claim_is_caught(id):
    """Something is collected that the text does not name."""
    found = library_with(lambda clause: None if clause.id == id else clause)
    assert checks.under_claims(found, data_map.load()) == [
        f"{id}: the data map has it, but the policy does not tell it"
    ]


def test_planted_a_stale_pending_id_is_caught():
    found = replace(texts(), pending={**texts().pending, "collect.gender": "not there yet"})
    assert checks.over_claims(found, data_map.load()) == ["collect.gender is pending, but the data map has it"]


def test_planted_dates_are_caught():
    found = texts()
    hasty = replace(found.policies[1], at_once_because="")
    assert "without a reason" in checks.dates_are_kept(replace(found, policies=(hasty,), draft=None))[0]
    early = replace(hasty, updated_on=date(2018, 1, 1), effective_on=date(2018, 2, 1))
    assert "applies before" in checks.dates_are_kept(replace(found, draft=early))[0]


def copied(folder: Path) -> Path:
    """The house's texts in a folder of the test's own."""
    for file in settings.CONBILLET_POLICY.rglob("*"):
        if file.is_file():
            target = folder / file.relative_to(settings.CONBILLET_POLICY)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return folder


def test_planted_an_edited_version_breaks_the_chain_from_there_on(tmp_path):
    folder = copied(tmp_path)
    file = folder / "2019-07-12" / "summary.en.md"
    file.write_text(file.read_text().replace("Germany", "Atlantis"))
    found = checks.published_is_unchanged(library(folder))
    assert {line.split(":")[0] for line in found} == {"published, and edited since; make a new version instead"}
    assert "policy 2019-07-12" in found[0] and "policy 2026-11-22" in found[1]
    assert len(found) == len(texts().policies)


def test_the_original_of_an_old_version_may_be_put_beside_its_summary(tmp_path):
    folder = copied(tmp_path)
    (folder / "2019-07-12" / "original.da.md").write_text("# Persondatapolitik\n")
    found = library(folder)
    assert checks.published_is_unchanged(found) == []
    assert found.policies[0].originals == {"da": "# Persondatapolitik\n"}


def test_planted_an_incomplete_version_is_refused(tmp_path):
    folder = copied(tmp_path)
    (folder / "2026-11-22" / "short.en.md").unlink()
    with pytest.raises(BadPolicy, match="not complete"):
        library(folder)


def test_a_clause_needs_an_id_and_a_section():
    with pytest.raises(BadPolicy, match="has no id"):
        parse("# T\n## S\n### Name\nx", where="t")
    with pytest.raises(BadPolicy, match="in no section"):
        parse("# T\n### Name {#collect.name}\nx", where="t")


@pytest.mark.proves("policy.dates")
def test_which_version_applies():
    found = texts().policies[:2]
    assert found[0].archive_only and current(found, date(2019, 8, 1)) is found[1]
    newer = dataclasses.replace(found[1], updated_on=TODAY + timedelta(days=3), effective_on=TODAY + timedelta(days=10))
    assert current((*found, newer), TODAY + timedelta(days=9)) is found[1]
    assert coming((*found, newer), TODAY + timedelta(days=9)) is newer
    assert current((*found, newer), TODAY + timedelta(days=10)) is newer
    assert coming((*found, newer), TODAY + timedelta(days=10)) is None
    assert coming(found, TODAY) is None
    assert (current_policy_version(on=TODAY), current_terms_version(on=TODAY)) == ("2026-11-22", "2026-11-22")


def with_changed(map_: DataMap, name: str, column: str, **values) -> DataMap:
    """The map with one column declared otherwise."""
    copy = DataMap()
    copy.tables, copy.cookies, copy.processors = dict(map_.tables), dict(map_.cookies), dict(map_.processors)
    table = copy.tables[name]
    columns = {**table.columns, column: replace(table.columns[column], **values)}
    copy.tables[name] = type(table)(table.name, table.subject, columns, table.email)
    return copy


def test_every_clause_has_predicates_and_they_hold():
    assert checks.predicates_hold(texts(), data_map.load()) == []


PLANTED = [
    (
        {"clause": "collect.email"},
        "collect.phone: not true of the data map: user.phone is collected under no other clause",
    ),
    (
        {"recipients": frozenset({"association"})},
        "disclose.organization: not true of the data map: association gets exactly",
    ),
    ({"keep": replace(SIGN_IN, period="7 days")}, "also.retention: not true of the data map: the retention rules"),
    ({"purposes": {"use.purchases": CONSENT}}, "use.purchases: not true of the data map: the purpose rests on exactly"),
    ({"erase": kept("", "")}, "right.deletion: not true of the data map: what is kept names its law"),
    ({"export": None}, "right.insight: not true of the data map: every personal column says how it is exported"),
]


@pytest.mark.parametrize(("values", "complaint"), PLANTED, ids=[complaint.split(":")[0] for _, complaint in PLANTED])
def test_planted_a_falsified_declaration_is_caught(values, complaint):
    found = checks.predicates_hold(texts(), with_changed(data_map.load(), "accounts_person", "phone", **values))
    assert any(line.startswith(complaint) for line in found), found


def test_planted_a_clause_without_a_predicate_is_caught(monkeypatch):
    monkeypatch.delitem(CLAUSES, "collect.phone")
    assert checks.predicates_hold(texts(), data_map.load()) == ["collect.phone has no predicate over the data map"]
    monkeypatch.setitem(CLAUSES, "collect.shoe_size", ())
    assert "collect.shoe_size has predicates, but is no clause" in checks.predicates_hold(texts(), data_map.load())


def published(map_: DataMap, *, why: str = "written from it") -> Library:
    """As if the newest version were published, written from that map."""
    version = replace(checks.newest(texts()), draft=False)
    return replace(texts(), draft=version, maps=((version.name, map_hash(map_), why),))


@pytest.mark.proves("policy.dates")
def test_planted_a_map_that_changed_without_a_new_version_is_caught():
    house = data_map.load()
    assert checks.map_is_the_one(published(house), house) == []
    changed = with_changed(house, "accounts_person", "phone", recipients=frozenset({"stripe"}))
    assert "Make a new version" in checks.map_is_the_one(published(house), changed)[0]
    assert checks.map_is_the_one(published(changed, why=""), changed) == [
        f"maps.txt: {checks.newest(texts()).name} has a line without a reason"
    ]


def test_planted_a_text_that_changed_without_a_new_version_is_caught(tmp_path):
    folder = copied(tmp_path)
    file = folder / "2026-11-22" / "short.da.md"
    file.write_text(file.read_text() + "\nOg mere.\n")
    assert any("policy 2026-11-22" in line for line in checks.published_is_unchanged(library(folder)))
