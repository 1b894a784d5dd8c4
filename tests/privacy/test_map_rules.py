"""The rules behind the data map, and what each of them is for; and that no falsified declaration goes unnoticed."""

from dataclasses import replace

import pytest

from bench import privacy_mutations as mutations
from conbillet.core import checks, map_rules
from conbillet.core.data_map import (
    ASSOCIATION,
    BOOKKEEPING,
    CONTRACT,
    PURCHASES,
    DataMap,
    blank,
    data_map,
    delete_row,
    kept,
    plain,
    same,
    unlink,
)
from conbillet.privacy import activity_checks
from conbillet.privacy.activities import ACTIVITIES, PLACES


def with_column(table: str, column: str, **values) -> DataMap:
    house = data_map.load()
    return mutations._with_column(
        house, house.tables[table], column, replace(house.tables[table].columns[column], **values)
    )


def with_table(name: str, **values) -> DataMap:
    house = data_map.load()
    return mutations._with(house, "tables", name, replace(house.tables[name], **values))


def found(rule, map_: DataMap) -> list[str]:
    return rule(map_, checks.all_models())


PLANTED = [
    (map_rules.names_say_what_they_hold, ("accounts_person", "phone", {"category": "user.name"}), "by its name it is user.phone"),
    (map_rules.names_say_what_they_hold, ("accounts_person", "phone", {"kind": "technical", "why": "row key"}), "and personal"),
    (map_rules.names_say_what_they_hold, ("sales_cancellation", "reason", {"kind": "technical", "why": "row key"}), "people can write into it"),
    (map_rules.texts_are_somebodys, ("support_case", "identity_how", {"kind": "technical", "why": "row key"}), "a text, declared technical"),
    (map_rules.states_are_somebodys, ("certificates_certificaterequest", "state", {"kind": "technical", "why": "the association's own record"}), "a state, declared technical"),
    (map_rules.states_are_somebodys, ("accounts_account", "is_active", {"kind": "technical", "why": "row state"}), "a state, declared technical"),
    (map_rules.states_are_somebodys, ("sales_order", "state", {"kind": "personal", "category": "user.status"}), "says it is not"),
    (map_rules.names_say_what_they_hold, ("core_ratelimit", "key", {"kind": "technical", "why": "row key"}), "derived columns are listed"),
    (map_rules.ways_to_people_are_links, ("core_auditentry", "subject_id", {"kind": "technical", "why": "row key"}), "so it is a link"),
    (map_rules.ways_to_people_are_links, ("sales_order", "buyer", {"erase": delete_row}), "but only unlink works here"),
    (map_rules.ways_to_people_are_links, ("accounts_account", "person", {"erase": unlink}), "but only delete_row works here"),
    (map_rules.ways_to_people_are_links, ("tickets_checkin", "by", {"export": plain}), "staff are not named"),
    (map_rules.values_leave_as_they_should, ("accounts_account", "password", {"export": plain}), "its export is omitted"),
    (map_rules.values_leave_as_they_should, ("accounts_person", "name", {"redact": same}), "redacted as initials"),
    (map_rules.erasure_is_one_thing, ("accounts_person", "phone", {"erase": blank}), "but delete_row fits"),
    (map_rules.erasure_is_one_thing, ("sales_order", "buyer_email", {"erase": kept("law", "1 day")}), "but blank fits"),
    (map_rules.erasure_is_one_thing, ("sales_order", "buyer_name", {"erase": kept("habit", "for ever")}), "kept by another law"),
    (map_rules.consent_is_for_what_is_optional, ("certificates_cprnumber", "masked", {"purposes": {PURCHASES: CONTRACT}}), "rests on consent alone"),
    (checks.personal_columns_are_complete, ("accounts_person", "phone", {"recipients": frozenset({ASSOCIATION})}), "six promised fields"),
    (checks.people_are_never_technical, ("privacy_authoritycase", "request", {"kind": "technical", "why": "texts of the authority"}), "free text or JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change", "complaint"), PLANTED)
def test_planted_falsehoods_contradict_a_rule(rule, change, complaint):
    table, column, values = change
    house = data_map.load()
    assert found(rule, house) == []
    assert any(complaint in line for line in found(rule, with_column(table, column, **values)))


@pytest.mark.parametrize(
    ("table", "values", "complaint"),
    [
        ("sales_orderline", {"subject": "", "email": ""}, "says not whose it is"),
        ("sales_orderline", {"subject": ""}, "its people are found by order.buyer"),
        ("sales_orderline", {"email": ""}, "guests are found by order.buyer_email"),
        ("sales_participant", {"email": ""}, "guests are found by email"),
        ("sales_cancellation", {"subject": "by_person"}, "not about who made it"),
    ],
)
def test_planted_rows_of_nobody_are_noticed(table, values, complaint):
    assert any(complaint in line for line in found(map_rules.subjects_are_found, with_table(table, **values)))


@pytest.mark.parametrize("name", ["django_migrations", "procrastinate_workers", "procrastinate_jobs"])
def test_planted_a_librarys_table_that_nobody_declared_is_noticed(name):
    assert found(map_rules.libraries_tables_are_declared, mutations._with(data_map.load(), "tables", name, None))


@pytest.mark.parametrize("group", ["cookies", "streams"])
def test_planted_silence_about_cookies_and_streams_is_noticed(group):
    house = data_map.load()
    name, one = next(iter(getattr(house, group).items()))
    assert found(map_rules.cookies_and_streams_are_told, mutations._with(house, group, name, replace(one, holds="")))


# --- The record of processing ---------------------------------------------------------------------------------------------


def test_planted_a_column_for_another_reason_than_its_activity_says():
    map_ = with_column("accounts_person", "phone", purposes={PURCHASES: BOOKKEEPING})
    wrong = activity_checks.every_column_is_in_a_line(map_)
    assert "accounts_person.phone: no line of the activity accounts" in wrong[0]
    assert "accounts: no column is user.phone for use.services" in wrong[1]


def test_planted_a_table_of_no_activity_or_of_two():
    assert activity_checks.every_table_is_an_activitys(data_map.load()) == []
    without = tuple(replace(one, tables=one.tables - {"support_case"}) for one in ACTIVITIES)
    assert "belongs to no activity" in activity_checks.every_table_is_an_activitys(data_map.load(), without)[0]
    twice = (*ACTIVITIES, replace(ACTIVITIES[0], name="again"))
    assert "accounts and again" in activity_checks.every_table_is_an_activitys(data_map.load(), twice)[0]
    ghost = (*ACTIVITIES, replace(ACTIVITIES[0], name="ghosts", tables=frozenset({"core_auditseal", "no_table"})))
    wrong = activity_checks.every_table_is_an_activitys(data_map.load(), ghost)
    assert wrong == ["ghosts: there is no table no_table", "ghosts: core_auditseal says nothing about anybody"]


def test_planted_an_association_that_gets_what_carries_no_association():
    map_ = with_column("accounts_person", "name", recipients=frozenset({ASSOCIATION}))
    assert activity_checks.controllers_are_right(map_) == [
        "accounts_person.name: goes to an association, but the row does not say to which"
    ]


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"safeguard": ""}, "reaches US without a safeguard"),
        ({"third": ("US", "IN"), "safeguard": ""}, "reaches IN, US without a safeguard"),
        ({"third": ()}, "a safeguard for a transfer that there is not"),
        ({"when": ""}, "what it gets and when"),
    ],
)
def test_planted_an_unsafe_transfer(values, complaint):
    house = data_map.load()
    map_ = mutations._with(house, "processors", "stripe", replace(house.processors["stripe"], **values))
    assert [line for line in activity_checks.transfers_are_safe(map_) if complaint in line]


@pytest.mark.asvs("16.1.1", "16.2.3")
def test_planted_a_place_that_nobody_knows_or_that_holds_more():
    house = data_map.load()
    more = {**PLACES, "diary": ("everything", "for ever", "diary/*")}
    assert "diary: declared as nothing" in activity_checks.places_are_known(house, more)[0]
    log = replace(house.streams["job queue"], holds="names")
    assert activity_checks.places_are_known(mutations._with(house, "streams", "job queue", log))


# --- Is any of this good enough? -------------------------------------------------------------------------------------------


@pytest.mark.proves("role.processor")
def test_no_falsified_declaration_goes_unnoticed():
    """Every ninth mutant of `make bench-privacy`, which tries them all."""
    tried, _, alive = mutations.survivors(every=9)
    assert tried.total() > 500
    assert [(mutant.kind, mutant.where) for mutant in alive] == []


def test_planted_without_the_rules_many_would_go_unnoticed(monkeypatch):
    """The figure means something: with the rules and activities switched off it falls."""
    monkeypatch.setattr(checks, "CHECKS", [check for check in checks.CHECKS if check not in map_rules.RULES])
    monkeypatch.setattr(activity_checks, "complaints", lambda map_: [])
    tried, caught, _ = mutations.survivors(every=31)
    assert caught.total() < 0.9 * tried.total()


def test_a_mutant_differs_in_one_declaration_and_leaves_the_house_alone():
    house = data_map.load()
    mutant = next(one for one in mutations.mutants(house) if one.kind == "column taken out")
    table, column = mutant.where.split(".")
    assert column in house.tables[table].columns and column not in mutant.map_.tables[table].columns
    assert {name for name in house.tables if house.tables[name] is not mutant.map_.tables[name]} == {table}
