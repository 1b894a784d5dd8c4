"""Cases: deadlines, and being forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest

from conbillet.core.actor import ANONYMOUS, SYSTEM
from conbillet.support.actions.answer_case import CaseClosed, answer_case
from conbillet.support.actions.close_case import close_case
from conbillet.support.actions.forget_cases import forget_cases
from conbillet.support.actions.open_case import open_case
from conbillet.support.models import Case, CaseNote
from conbillet.support.queries import open_cases

pytestmark = pytest.mark.django_db


def a_case(now: datetime, kind: str = "other") -> Case:
    return open_case(
        kind=kind,
        name="Bo",
        email="bo@example.com",
        subject="",
        text="Hej",
        event=None,
        language="da",
        actor=ANONYMOUS,
        now=now,
    )


@pytest.mark.proves("right.insight", "right.deletion")
@pytest.mark.parametrize(
    ("written", "kind", "due"),
    [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "insight", date(2026, 2, 28)),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), "deletion", date(2026, 12, 30)),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), "insight", date(2027, 1, 31)),
        # 23.30 UTC on 30 January is already the 31st in Copenhagen.
        (datetime(2026, 1, 30, 23, 30, tzinfo=UTC), "insight", date(2026, 2, 28)),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "refund", date(2026, 2, 7)),
    ],
)
def test_deadlines(written, kind, due):
    assert a_case(written, kind).due_on == due


def test_the_most_urgent_comes_first(now):
    later, sooner = a_case(now), a_case(now - timedelta(days=2))
    assert list(open_cases()) == [sooner, later]


def test_closing_twice_closes_once(now):
    case = a_case(now)
    assert close_case(case=case, actor=SYSTEM, now=now)
    assert not close_case(case=case, actor=SYSTEM, now=now + timedelta(days=1))
    with pytest.raises(CaseClosed):
        answer_case(case=case, text="Hej", kind=CaseNote.Kind.NOTE, actor=SYSTEM, now=now)


@pytest.mark.proves("collect.contact")
def test_closed_cases_are_forgotten_after_two_years_and_open_ones_are_not(now):
    old, young, waiting = a_case(now), a_case(now), a_case(now)
    answer_case(case=old, text="Hej", kind=CaseNote.Kind.ANSWER, actor=SYSTEM, now=now)
    close_case(case=old, actor=SYSTEM, now=now)
    close_case(case=young, actor=SYSTEM, now=now + timedelta(days=5))
    assert forget_cases(now=now + timedelta(days=729)) == 0
    assert forget_cases(now=now + timedelta(days=732)) == 2
    assert set(Case.objects.all()) == {young, waiting} and not CaseNote.objects.exists()
