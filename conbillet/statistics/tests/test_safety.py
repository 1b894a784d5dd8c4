"""Nobody can be worked out from the editions: small tables by going through every world, large ones by the world that hides all."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..safety import LEAST_OFFICE, LEAST_PUBLIC, NOTHING, Edition, next_edition
from .attacker import NO_BUG, Bug, Setting, known, possible, publish

# Cells and least numbers, and how many people still make a countable number of worlds.
SMALL = ((Setting("ab", 2, 4), 9), (Setting("ab", 3), 9), (Setting("abc", 2), 7), (Setting("a", 2, 4), 12))


@st.composite
def stories(draw, setting: Setting, people: int):
    """Who comes where, one after the other, and now and then somebody who goes again."""
    world = draw(st.lists(st.sampled_from(setting.places), min_size=people, max_size=people))
    steps: list[int] = []
    there: list[int] = []
    for number in range(1, people + 1):
        if there and draw(st.integers(0, 5)) == 0:
            steps.append(-there.pop(draw(st.integers(0, len(there) - 1))))
        steps.append(0)
        there.append(number)
    return world, steps


@pytest.mark.proves("disclose.statistics")
@pytest.mark.parametrize(("setting", "people"), SMALL)
def test_an_attacker_who_goes_through_every_world_knows_nothing(setting, people):
    @settings(max_examples=25, deadline=None)
    @given(stories(setting, people))
    def attack(story):
        world, steps = story
        seen = publish(setting, world, steps)
        for eyes in ("office", "public") if setting.public else ("office",):
            assert known(setting, steps, seen, eyes=eyes) == []

    attack()


@pytest.mark.proves("disclose.statistics")
@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("a?"), st.sampled_from("x?")), min_size=8, max_size=8))
def test_two_tables_of_the_same_people_do_not_help_each_other(world):
    """Whoever sees both, and how many came when, can exclude no one's place in the one by what the other shows."""
    first, second, steps = Setting("a", 2), Setting("x", 2), [0] * len(world)
    seen = [publish(setting, [one[place] for one in world], steps) for place, setting in enumerate((first, second))]
    one, other = possible(first, steps, seen[0], NO_BUG, "office"), possible(second, steps, seen[1], NO_BUG, "office")
    both = {tuple(zip(left, right, strict=True)) for left in one for right in other}
    assert tuple(world) in both
    for person in range(len(world)):
        places = {places[person] for places in both}
        assert {place for place, _other in places} != {"a"}
        assert {place for _other, place in places} != {"x"}


def without_suppression(counts, *, people, before, least):
    """Planted: rounded, and yet small numbers are shown as they are."""
    edition = next_edition(counts, people=people, before=before, least=least)
    return edition and Edition(people, {**{cell: number for cell, number in counts.items() if number}, **edition.shown})


def without_rounding(counts, *, people, before, least):
    """Planted: small numbers are hidden, the others exact."""
    if people - before.people < 2 * least:
        return None
    return Edition(people, {cell: number for cell, number in counts.items() if number >= least})


def at_every_purchase(counts, *, people, before, least):
    """Planted: counted down and hidden as it should be, but anew whenever somebody comes or goes."""
    if people == before.people:
        return None
    return Edition(people, {cell: number - number % least for cell, number in counts.items() if number >= least})


def with_a_shrinking_rest(counts, *, people, before, least):
    """Planted: rare looks, but what is shown may rise by more than people came."""
    if people - before.people < 2 * least:
        return None
    return Edition(people, {cell: number - number % least for cell, number in counts.items() if number >= least})


BUGS = {
    "suppression off": Bug(without_suppression),
    "rounding off": Bug(without_rounding),
    "an edition at every purchase": Bug(at_every_purchase),
    "all who came may stand in one cell": Bug(with_a_shrinking_rest),
    "an exact total of those in cells": Bug(extra=lambda counts: (sum(counts.values()),)),
    "an exact row": Bug(extra=lambda counts: (counts["a"],)),
}


def stories_by_dice(setting: Setting, people: int, tries: int):
    for seed in range(tries):
        dice = random.Random(seed)
        world = dice.choices(setting.places, [dice.random() + 0.05 for _ in setting.places], k=people)
        yield world, [0] * people


@pytest.mark.parametrize("name", BUGS)
def test_planted_bugs_are_found_by_the_same_attack(name):
    setting = Setting("ab", 2)
    caught = [
        story
        for story in stories_by_dice(setting, 7, 40)
        if known(setting, story[1], publish(setting, *story, BUGS[name]), BUGS[name])
    ]
    assert caught, f"{name}: the attack is blind"
    assert not any(known(setting, story[1], publish(setting, *story), NO_BUG) for story in caught)


def test_planted_a_rest_that_shrinks_lets_the_numbers_of_small_groups_out():
    """Three people came, and three numbers rose: each rose by one, and stood just below before."""
    before = Edition(14, {"a": 5})
    counts = {"a": 10, "b": 5, "c": 5}
    assert with_a_shrinking_rest(counts, people=24, before=before, least=5).rest < before.rest
    assert next_edition(counts, people=24, before=before, least=5).rest >= before.rest


@st.composite
def growing_tables(draw):
    """Counts at one look after another: people come, some go, some are corrected."""
    cells = [f"cell {number}" for number in range(draw(st.integers(1, 20)))]
    weights = [draw(st.floats(0.01, 1)) ** 3 for _ in [*cells, "?"]]
    dice = random.Random(draw(st.integers(0, 2**32)))
    counts, tables = dict.fromkeys([*cells, "?"], 0), []
    for _ in range(draw(st.integers(1, 12))):
        for place in dice.choices([*cells, "?"], weights, k=draw(st.integers(0, 120))):
            counts[place] += 1
        for place in dice.choices([*cells, "?"], weights, k=draw(st.integers(0, 8))):
            counts[place] -= counts[place] > 0
        tables.append(dict(counts))
    return cells, tables


def looks(cells, tables, least):
    """The editions of such tables, with the counts that each was made of."""
    before, found = NOTHING, []
    for table in tables:
        counts, people = {cell: table[cell] for cell in cells}, sum(table.values())
        edition = next_edition(counts, people=people, before=before, least=least)
        if edition is not None:
            found.append((counts, before, edition))
            before = edition
    return found


@pytest.mark.proves("disclose.statistics")
@settings(max_examples=200, deadline=None)
@given(growing_tables(), st.sampled_from([LEAST_OFFICE, LEAST_PUBLIC]))
def test_there_is_always_the_world_in_which_stand_exactly_those_who_are_shown(story, least):
    """In it everybody else did not say. It could be, and the very same comes out of it: so nothing smaller can be known."""
    for counts, before, edition in looks(*story, least):
        shown = edition.shown
        assert all(number >= least and number % least == 0 for number in shown.values())
        assert all(shown[cell] <= max(counts[cell], before.shown.get(cell, 0)) for cell in shown)
        risen = {cell: shown.get(cell, 0) - before.shown.get(cell, 0) for cell in counts}
        came = edition.people - before.people
        assert min(risen.values()) >= 0
        assert sum(risen.values()) <= came
        assert edition.rest >= before.rest >= 0
        assert all(came - rise >= least for rise in risen.values() if rise)
        hiding = {cell: shown.get(cell, 0) for cell in counts}
        assert next_edition(hiding, people=edition.people, before=before, least=least) == edition


@given(growing_tables())
@settings(max_examples=50, deadline=None)
def test_most_people_of_a_large_table_are_shown(story):
    """Safe and empty would be easy: of a table that is looked at once, at most `least` a cell are not shown."""
    cells, tables = story
    for counts, before, edition in looks(cells, tables[-1:], LEAST_OFFICE):
        assert before == NOTHING
        lost = sum(counts.values()) - sum(edition.shown.values())
        assert lost <= LEAST_OFFICE * (len(cells) + 2)


def test_one_purchase_or_one_deletion_changes_nothing():
    counts = {"woman": 24, "man": 31}
    edition = next_edition(counts, people=60, before=NOTHING, least=5)
    assert edition == Edition(60, {"woman": 20, "man": 30})
    one_more = {"woman": 25, "man": 31}
    assert next_edition(one_more, people=61, before=edition, least=5) is None
    one_less = {"woman": 24, "man": 29}
    assert next_edition(one_less, people=58, before=edition, least=5) is None
    later = next_edition({"woman": 29, "man": 29}, people=70, before=edition, least=5)
    assert later.shown == {"woman": 25, "man": 30}, "a number once shown stays"
