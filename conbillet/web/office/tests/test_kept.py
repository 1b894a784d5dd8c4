"""Large figures are added up twice a minute, small ones each time."""

import pytest

from conbillet.web.office import kept
from conbillet.web.office.kept import LARGE, SECONDS, kept_when_large


@pytest.fixture
def at(monkeypatch):
    """Set the clock of what is kept; nothing is kept when the test begins."""
    monkeypatch.setattr(kept, "_kept", {})

    def set_to(seconds):
        monkeypatch.setattr(kept.time, "monotonic", lambda: seconds)

    set_to(0)
    return set_to


def test_small_figures_are_always_fresh(at):
    answers = iter(range(9))
    assert [kept_when_large("a", size=LARGE - 1, add_up=lambda: next(answers)) for _ in range(3)] == [0, 1, 2]


def test_large_figures_are_half_a_minute_old_at_most(at):
    answers = iter(range(9))

    def ask(key="a"):
        return kept_when_large(key, size=LARGE, add_up=lambda: next(answers))

    assert [ask(), ask()] == [0, 0]
    at(SECONDS - 0.1)
    assert ask() == 0
    at(SECONDS)
    assert ask() == 1


def test_one_associations_figures_are_never_anothers(at):
    assert kept_when_large(("booked", 1), size=LARGE, add_up=lambda: "ours") == "ours"
    assert kept_when_large(("booked", 2), size=LARGE, add_up=lambda: "theirs") == "theirs"


def test_what_is_kept_is_bounded(at, monkeypatch):
    monkeypatch.setattr(kept, "_MOST", 3)
    for number in range(10):
        kept_when_large(number, size=LARGE, add_up=lambda: "figures")
    assert len(kept._kept) <= 3
