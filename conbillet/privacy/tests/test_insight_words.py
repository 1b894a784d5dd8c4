"""Insight has words, in both languages, for everything that the map and the log can hold."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

import conbillet
from conbillet.core.data_map import data_map
from conbillet.privacy.erasure.beyond import beyond
from conbillet.privacy.erasure.words import THINGS
from conbillet.privacy.insight import collect, deeds, report, words
from conbillet.privacy.insight.history import SIDES
from conbillet.privacy.models import Disclosure
from conbillet.privacy.reach import WITHOUT_A_PATH


def tables():
    """Tables that can be about somebody, with those that the insight finds beside the map's paths."""
    beside = {"payments_payment", "payments_refund"}
    return [
        table
        for table in data_map.load().tables.values()
        if table.name in beside
        or ((table.subject or table.email) and table.name not in WITHOUT_A_PATH | collect._APART)
    ]


def every_column():
    return [column for table in data_map.load().tables.values() for column in table.columns.values()]


def gaps() -> set[str]:
    """What somebody would read as the program's own name."""
    found = {column.category for column in every_column() if column.category} - set(words.CATEGORIES)
    found |= {purpose for column in every_column() for purpose in column.purposes} - set(words.PURPOSES)
    found |= {basis.article for column in every_column() for basis in column.purposes.values()} - set(words.BASES)
    found |= {one for column in every_column() for one in column.recipients} - set(words.RECIPIENTS)
    found |= {column.keep.name for column in every_column() if column.keep} - set(words.PERIODS)
    found |= set(collect._KEEPS_OF_FACTS.values()) - set(words.PERIODS)
    for table in tables():
        found |= {table.name} - set(words.SOURCES) | {table.name} - set(THINGS) - set(words.MORE_THINGS)
        for column in table.columns.values():
            is_told = column.kind in {"personal", "freetext"} or (
                column.kind == "technical" and column.name not in collect._NOT_TOLD
            )
            if is_told and column.name not in words.COLUMNS and not is_mute(table, column):
                found.add(f"{table.name}.{column.name}")
            if (
                column.export
                and column.export.how == "omitted"
                and column.kind != "link"
                and column.export.why not in words.OMITTED
            ):
                found.add(column.export.why)
    return found


@pytest.mark.django_db
def test_what_lies_beyond_the_maps_paths_has_words():
    beside = {
        more.table for more in beyond(orders=set(), participants=set(), emails=frozenset()) if more.columns is not None
    }
    assert beside <= set(words.BEYOND) and beside


def is_mute(table, column) -> bool:
    """Relations of which an insight says nothing."""
    from conbillet.privacy.erasure.plan import model_of

    field = model_of(table)._meta.get_field(column.name)
    return column.name in report._NOT_READ or (field.is_relation and column.name not in collect._NAMES)


def test_everything_has_words():
    assert gaps() == set() and len(tables()) > 30


@pytest.mark.parametrize(
    "known", ["CATEGORIES", "PURPOSES", "BASES", "RECIPIENTS", "PERIODS", "SOURCES", "COLUMNS", "OMITTED"]
)
def test_planted_a_word_that_is_missing_is_noticed(monkeypatch, known):
    used = {"CATEGORIES": "user.name", "PURPOSES": "use.purchases", "BASES": "6(1)(b)", "RECIPIENTS": "stripe", "PERIODS": "cart",
            "SOURCES": "sales_order", "COLUMNS": "badge_name", "OMITTED": "a one-time secret"}[known]  # fmt: skip
    monkeypatch.setattr(words, known, {name: word for name, word in getattr(words, known).items() if name != used})
    assert gaps()


def told_actions() -> set[str]:
    """The name of every action that is recorded about somebody."""
    found = set()
    for path in Path(conbillet.__file__).parent.rglob("*.py"):
        if {"tests", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record":
                for keyword in node.keywords:
                    about = {word.arg: word.value for word in node.keywords}
                    kind = about.get("object_kind")
                    ours = "subject" in about or getattr(kind, "value", "") in {"order", "case", "ticket"}
                    if keyword.arg == "action" and isinstance(keyword.value, ast.Constant) and ours:
                        found.add(keyword.value.value)
    return found


def test_every_action_about_somebody_has_words():
    known = {*deeds.DEEDS, *deeds.LOOK_UPS}
    assert told_actions() - known == set() and len(told_actions()) > 25
    assert set(SIDES) == set(deeds.BY)


def test_words_are_danish():
    groups = (
        words.CATEGORIES, words.PURPOSES, words.BASES, words.RECIPIENTS, words.PERIODS, words.SOURCES, words.MORE_THINGS,
        words.BEYOND, words.OMITTED, words.COLUMNS, deeds.BY, deeds.DEEDS, deeds.LOOK_UPS, dict(Disclosure.Purpose.choices),
    )  # fmt: skip
    same = {"E-mail", "Browser", "Version", "Status", "Note", "Data"}
    for group in groups:
        for word in group.values():
            with override("en"):
                english = str(word)
            with override("da"):
                assert str(word) != english or english in same, english
