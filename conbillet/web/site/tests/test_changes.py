"""What changed between two versions: word by word, readable for everybody, without script."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from conbillet.consents.differences import Change, compare, differences, words
from conbillet.consents.policy_texts import Clause, Section, Text
from conbillet.consents.queries import texts

pytestmark = [pytest.mark.django_db, pytest.mark.proves("policy.previous")]

BEFORE = "We keep **nothing** for [two days](/x/).\n\nThat is all."
AFTER = "We keep it for three days.\n\nThat is all.\n\nOr nearly."


def joined(paragraphs, without: Change) -> list[str]:
    return [word for pieces in paragraphs for piece in pieces if piece.change != without for word in piece.text.split()]


def test_each_text_can_be_read_out_of_the_difference():
    paragraphs = compare(BEFORE, AFTER)
    assert joined(paragraphs, Change.REMOVED) == [word for word in words(AFTER) if word != "\n"]
    assert joined(paragraphs, Change.ADDED) == [word for word in words(BEFORE) if word != "\n"]
    marked = [(piece.change, piece.text) for piece in paragraphs[0]]
    assert (Change.REMOVED, "nothing for two") in marked and (Change.ADDED, "it for three") in marked
    assert paragraphs[-1][0].change is Change.ADDED and paragraphs[-1][0].text == "Or nearly."


def text_of(*clauses: Clause) -> Text:
    return Text("T", "", (Section("S", "", clauses),))


def test_clauses_that_came_and_went_are_named():
    one, two = Clause("a.one", "One", "x"), Clause("a.two", "Two", "y")
    found = differences(text_of(one, two), text_of(replace(one, markdown="x z"), Clause("a.new", "New", "n")))
    assert [(change.id, change.change) for change in found] == [
        ("a.one", "changed"),
        ("a.new", "added"),
        ("a.two", "removed"),
    ]


def test_planted_a_change_of_one_word_is_not_overlooked():
    one = Clause("a.one", "One", "We keep it for five years.")
    found = differences(text_of(one), text_of(replace(one, markdown="We keep it for fifty years.")))
    assert [change.change for change in found] == ["changed"]


def newer(days: int = 8):
    """As if a version that applies in some days had been published."""
    last = texts().policies[-1]
    short = {key: replace(text, intro=text.intro + " Og mere.") for key, text in last.texts.items()}

    def changed(text: Text) -> Text:
        first = text.sections[0]
        clauses = (replace(first.clauses[0], markdown=first.clauses[0].markdown + "\n\nNyt ord."), *first.clauses[1:])
        return replace(text, sections=(replace(first, clauses=clauses), *text.sections[1:]))

    return replace(
        last,
        updated_on=date(2027, 6, 1),
        effective_on=date(2027, 6, 1) + timedelta(days=days),
        texts={key: changed(text) for key, text in short.items()},
        text_hash="f" * 64,
    )


@pytest.fixture
def with_newer(monkeypatch):
    from conbillet.web.site.views import policy as views

    library = replace(texts(), policies=(*texts().policies, newer()))
    monkeypatch.setattr(views, "texts", lambda: library)
    return library


@pytest.mark.parametrize("length", ["full", "short"])
def test_any_two_versions_can_be_compared(client, with_newer, length):
    before, after = with_newer.policies[-2].name, with_newer.policies[-1].name
    for query in (f"from={before}&to={after}", f"from={after}&to={before}"):
        page = client.get(f"/policy/changes/?{query}&length={length}").content.decode()
        assert re.search(r"<ins><span[^>]*>\[tilføjet: </span>Nyt ord\.", page)
        assert page.count('class="clause-change"') == 1 and "<script" not in page.split("<main")[1]


def test_the_same_version_with_itself_differs_in_nothing(client):
    name = texts().policies[-1].name
    page = client.get(f"/policy/changes/?from={name}&to={name}").content.decode()
    assert "de to siger det samme" in page and "<ins><" not in page


def test_the_summary_of_2019_says_that_it_is_one(client):
    assert "resumé" in client.get("/policy/changes/?from=2019-07-12&to=2026-11-22").content.decode()


@pytest.mark.parametrize("query", ["", "from=x&to=y", "from=2026-11-22", "length=%00"])
def test_nonsense_shows_the_last_change(client, query):
    response = client.get(f"/policy/changes/?{query}")
    assert response.status_code == 200 and response.cookies == {}
