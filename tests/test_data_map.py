"""The data map of the house: complete, and its checks catch what they are for."""

from dataclasses import replace

import pytest
from django.db import models

from conbillet.accounts.models import Person
from conbillet.core import checks
from conbillet.core.data_map import (
    ACCOUNT,
    ASSOCIATION,
    CONTRACT,
    IDENTIFY,
    DataMap,
    blank,
    data_map,
    drop,
    plain,
    unlink,
)
from conbillet.privacy import activity_checks

pytestmark = pytest.mark.django_db


@pytest.mark.asvs("14.1.1")
def test_every_column_of_every_table_is_declared():
    assert checks.complaints() == []


def test_the_record_of_processing_says_the_same():
    """What a declaration says, its activity in `privacy/activities.py` says too."""
    assert activity_checks.complaints(data_map.load()) == []


def test_no_table_in_the_database_is_unknown():
    assert checks.undeclared_tables() == []


def copy_without(table_name: str, column: str | None = None) -> DataMap:
    copy = DataMap()
    copy.tables = dict(data_map.load().tables)
    table = copy.tables.pop(table_name)
    if column:
        changed = replace(table, columns={k: v for k, v in table.columns.items() if k != column})
        copy.tables[table_name] = changed
    return copy


def test_planted_a_missing_column_is_caught():
    found = checks.every_column_is_declared(copy_without("accounts_person", "phone"), checks.all_models())
    assert found == ["accounts.Person.phone is not declared"]


def test_planted_a_missing_table_is_caught():
    found = checks.every_column_is_declared(copy_without("accounts_person"), checks.all_models())
    assert found == ["accounts.Person: the table is not declared in any personal_data.py"]


def planted(**columns) -> DataMap:
    map_ = DataMap()
    with map_.model(Person, subject="id") as t:
        for verb, arguments in columns.items():
            getattr(t, verb)(**arguments)
    return map_


def personal(**changes):
    return {
        "name": "phone",
        "category": "user.phone",
        "clause": "collect.phone",
        "purposes": {IDENTIFY: CONTRACT},
        "keep": ACCOUNT,
        "export": plain,
        "redact": drop,
        "erase": blank,
        **changes,
    }


@pytest.mark.parametrize(
    ("check", "columns", "complaint"),
    [
        (checks.personal_columns_are_complete, {"personal": personal(recipients={ASSOCIATION})}, "six promised fields"),
        (checks.personal_columns_are_complete, {"personal": personal(clause="")}, "no clause"),
        (checks.personal_columns_are_complete, {"personal": personal(purposes={})}, "purposes"),
        (checks.erasing_is_possible, {"personal": personal(name="created_at")}, "cannot be empty"),
        (checks.erasing_is_possible, {"link": {"name": "created_at", "erase": unlink}}, "cannot be null"),
    ],
)
def test_planted_faults_are_caught(check, columns, complaint):
    found = check(planted(**columns), [Person])
    assert len(found) == 1 and complaint in found[0]


def test_planted_a_person_hidden_among_technical_columns_is_caught():
    from conbillet.organizations.models import Role

    map_ = DataMap()
    with map_.model(Role) as t:
        t.technical("person", why="nothing to see here")
    assert "a link to a person" in checks.people_are_never_technical(map_, [Role])[0]


def test_planted_free_text_declared_technical_is_caught():
    class Note(models.Model):
        text = models.TextField()

        class Meta:
            app_label = "core"
            managed = False

    map_ = DataMap()
    with map_.model(Note) as t:
        t.technical("text", why="row key")
    assert "free text" in checks.people_are_never_technical(map_, [Note])[0]
