"""Who counts: the fact sheet's worked examples of 2026, every reason code, and what must hold for anybody."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conbillet.core.clock import COPENHAGEN, add_months
from conbillet.core.people import PayerRelation
from conbillet.memberships.counting import assess as module
from conbillet.memberships.counting.assess import Candidate, Evidence, Verdict, assess, join_periods
from conbillet.memberships.counting.rule_sets import NoRuleSet, keys, rule_set, shipped

YEAR = 2026
DUF, CFR, UNDER25 = (rule_set(key, year=YEAR) for key in ("duf", "cfr", "under25"))
PAID = datetime(2026, 2, 1, 12, tzinfo=UTC)


def days(text: str) -> tuple[date, date]:
    begin, end = (date.fromisoformat(f"2026-{part}") for part in text.split(".."))
    return begin, end


def evidence(period: str = "02-01..12-31", **rest) -> Evidence:
    values = {"days": days(period), "dues": 7500, "paid_at": PAID, **rest}
    return Evidence(**values)


def somebody(born: str = "2005-05-20", *memberships: Evidence, country: str = "DK", municipality: str = "0751"):
    return Candidate(date.fromisoformat(born), country, municipality, memberships or (evidence(),))


YES = Verdict(True)


def no(reason: str) -> Verdict:
    return Verdict(False, reason)


@pytest.mark.parametrize(
    ("candidate", "duf", "cfr"),
    [
        (somebody("1996-03-10", evidence("02-01..12-31")), no("AGE_30"), YES),
        (somebody("1997-11-30", evidence("02-02..12-31"), municipality="0461"), YES, YES),
        (somebody("2009-07-01", evidence("02-03..12-31", dues=6000)), no("BELOW_75"), YES),
        (somebody("2005-05-20", evidence("11-20..12-31"), municipality="0265"), YES, no("PERIOD_TOO_SHORT")),
        (somebody("2001-06-06", evidence("03-05..06-04"), municipality="0173"), YES, YES),
        (
            somebody("2001-06-06", evidence("03-05..06-03"), municipality="0173"),
            no("PERIOD_TOO_SHORT"),
            no("PERIOD_TOO_SHORT"),
        ),
        (
            somebody("2003-02-02", evidence("02-04..12-31"), country="SE", municipality=""),
            no("NOT_RESIDENT_DK"),
            YES,
        ),
        (somebody("2011-10-10", evidence("02-05..12-31", payer="municipality")), no("PAYER_NOT_PERSONAL"), YES),
        (
            somebody("2002-02-02", evidence("02-06..12-31", separate=False), municipality="0461"),
            no("DUES_NOT_SEPARATE"),
            no("DUES_NOT_SEPARATE"),
        ),
        (
            somebody("2004-01-05", evidence("02-06..12-31", refunded=7500), municipality="0101"),
            no("REFUNDED"),
            no("REFUNDED"),
        ),
    ],
)
def test_the_worked_examples_of_the_fact_sheet(candidate, duf, cfr):
    assert assess(candidate, rules=DUF, year=YEAR) == duf
    assert assess(candidate, rules=CFR, year=YEAR) == cfr


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dues": 0}, "NO_DUES"),
        ({"paid_at": None}, "NOT_PAID"),
        ({"dispute_lost": True}, "DISPUTE_LOST"),
        ({"days": None}, "NO_PERIOD"),
        ({"days": (date(2025, 2, 1), date(2025, 12, 31))}, "NO_PERIOD"),
        ({"payer": "sponsor"}, "PAYER_NOT_PERSONAL"),
        ({"payer": "association"}, "PAYER_NOT_PERSONAL"),
        ({"refunded": 1}, "BELOW_75"),
        ({"paid_at": datetime(2025, 12, 31, 22, 59, tzinfo=UTC)}, "PAID_OUTSIDE_YEAR"),
        ({"paid_at": datetime(2026, 12, 31, 23, 0, tzinfo=UTC)}, "PAID_OUTSIDE_YEAR"),
    ],
)
def test_every_other_reason(change, reason):
    assert assess(somebody("2005-05-20", replace(evidence(), **change)), rules=DUF, year=YEAR) == no(reason)


def test_the_day_of_payment_is_copenhagens():
    new_year = replace(evidence(), paid_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))  # 00:30 on 1 January
    assert new_year.paid_at.astimezone(COPENHAGEN).year == 2026
    assert assess(somebody("2005-05-20", new_year), rules=DUF, year=YEAR) == YES


@pytest.mark.parametrize("payer", ["self", "parent", "step_parent", "guardian"])
def test_who_may_pay(payer):
    assert assess(somebody("2005-05-20", evidence(payer=payer)), rules=DUF, year=YEAR) == YES


@pytest.mark.parametrize(("born", "counts"), [("2001-12-31", False), ("2002-01-01", True)])
def test_under_25_on_the_last_day_of_the_year(born, counts):
    verdict = assess(somebody(born), rules=UNDER25, year=YEAR)
    assert verdict == (YES if counts else no("AGE_25"))


def test_without_a_date_of_birth_nobody_is_young():
    nobody = replace(somebody(), birth_date=None)
    assert assess(nobody, rules=DUF, year=YEAR) == no("NO_BIRTH_DATE")
    assert assess(nobody, rules=CFR, year=YEAR) == YES


def test_a_period_over_new_year_counts_with_a_warning_unless_another_is_safe():
    over = evidence(days=(date(2026, 3, 1), date(2027, 2, 28)))
    assert assess(somebody("2005-05-20", over), rules=DUF, year=YEAR) == Verdict(True, "WARN_PERIOD_CROSSES_YEAR")
    assert assess(somebody("2005-05-20", over), rules=CFR, year=YEAR) == YES
    safe = evidence("02-01..05-31")
    assert assess(somebody("2005-05-20", over, safe), rules=DUF, year=YEAR) == YES


def test_three_months_over_the_end_of_a_short_month():
    """30 November + 3 months = 28 February; only days of the year count, so this is about a period in winter."""
    assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)
    to_the_day = evidence("01-01..03-31")
    one_short = evidence("01-01..03-30")
    assert assess(somebody("2005-05-20", to_the_day), rules=CFR, year=YEAR) == YES
    assert assess(somebody("2005-05-20", one_short), rules=CFR, year=YEAR) == no("PERIOD_TOO_SHORT")


def test_days_before_the_year_do_not_help():
    autumn = evidence(days=(date(2025, 10, 1), date(2026, 2, 28)))
    assert assess(somebody("2005-05-20", autumn), rules=CFR, year=YEAR) == no("PERIOD_TOO_SHORT")


def test_periods_that_follow_each_other_are_one():
    first, second = evidence("03-01..04-15"), evidence("04-16..05-31")
    assert assess(somebody("2005-05-20", first, second), rules=CFR, year=YEAR) == YES
    gap = evidence("04-17..05-31")
    assert assess(somebody("2005-05-20", first, gap), rules=CFR, year=YEAR) == no("PERIOD_TOO_SHORT")


def test_dues_in_parts_are_added_up():
    first, second = evidence("01-01..06-30", dues=4000), evidence("07-01..12-31", dues=4000)
    assert assess(somebody("2005-05-20", first, second), rules=DUF, year=YEAR) == YES


def test_dues_of_another_year_are_not_added():
    late = evidence(days=(date(2025, 1, 1), date(2025, 12, 31)))  # paid in 2026 for 2025
    assert assess(somebody("2005-05-20", late, evidence(dues=4000)), rules=DUF, year=YEAR) == no("BELOW_75")


def test_the_membership_that_came_furthest_says_why():
    worst, better = evidence(paid_at=None), evidence(separate=False)
    for both in ((worst, better), (better, worst)):
        assert assess(somebody("2005-05-20", *both), rules=DUF, year=YEAR) == no("DUES_NOT_SEPARATE")


def test_a_municipalitys_own_rules():
    own = replace(CFR, key="own", municipalities=frozenset(["0751"]), joined_before=(10, 1))
    assert assess(somebody(municipality="0461"), rules=own, year=YEAR) == no("OTHER_MUNICIPALITY")
    assert assess(somebody("2005-05-20", evidence("10-01..12-31")), rules=own, year=YEAR) == no("JOINED_TOO_LATE")
    assert assess(somebody("2005-05-20", evidence("09-30..12-31")), rules=own, year=YEAR) == YES


class TestRuleSets:
    def test_each_says_where_it_comes_from(self):
        assert keys() == ("duf", "cfr", "under25")
        assert all(one.source_da and one.source_en and one.name_da and one.name_en for one in shipped())

    def test_the_newest_that_is_valid_in_the_year(self):
        assert rule_set("duf", year=2016).version == "duf/2016-05-29"
        with pytest.raises(NoRuleSet):
            rule_set("duf", year=2015)
        with pytest.raises(NoRuleSet):
            rule_set("nobody", year=2026)


# --- What holds for anybody -----------------------------------------------------------------------------------------------
DAYS_OF_2026 = st.dates(date(2025, 6, 1), date(2027, 6, 30))
PERIODS = st.tuples(DAYS_OF_2026, DAYS_OF_2026).map(lambda pair: (min(pair), max(pair)))
EVIDENCE = st.builds(
    Evidence,
    days=st.none() | PERIODS,
    dues=st.integers(0, 20_000),
    separate=st.booleans(),
    paid_at=st.none() | st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis wants it naive
    payer=st.sampled_from(PayerRelation.values),
    refunded=st.integers(0, 20_000),
    dispute_lost=st.booleans(),
)
CANDIDATES = st.builds(
    Candidate,
    birth_date=st.none() | st.dates(date(1940, 1, 1), date(2026, 12, 31)),
    country=st.sampled_from(["DK", "SE", ""]),
    municipality=st.sampled_from(["0751", "0461", ""]),
    memberships=st.lists(EVIDENCE, max_size=4).map(tuple),
)


@given(CANDIDATES)
def test_whoever_counts_at_duf_paid_enough_themselves_in_the_year_and_is_young_and_here(candidate):
    if assess(candidate, rules=DUF, year=YEAR).counts:
        assert YEAR - candidate.birth_date.year <= 29 and candidate.country == "DK"
        good = [
            one
            for one in candidate.memberships
            if one.paid_at and one.paid_at.astimezone(COPENHAGEN).year == YEAR and one.payer in module.PERSONAL_PAYERS
            and one.separate and not one.dispute_lost and one.refunded < one.dues
        ]  # fmt: skip
        assert sum(one.dues - one.refunded for one in good) >= 7500


@given(CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_of_memberships_says_nothing_about_counting(candidate, random):
    shuffled = list(candidate.memberships)
    random.shuffle(shuffled)
    for rules in (DUF, CFR, UNDER25):
        one = assess(candidate, rules=rules, year=YEAR)
        other = assess(replace(candidate, memberships=tuple(shuffled)), rules=rules, year=YEAR)
        assert one.counts == other.counts


@given(CANDIDATES, EVIDENCE)
def test_one_more_membership_never_hurts(candidate, more):
    for rules in (DUF, CFR, UNDER25):
        if assess(candidate, rules=rules, year=YEAR).counts:
            assert assess(replace(candidate, memberships=(*candidate.memberships, more)), rules=rules, year=YEAR).counts


@given(st.lists(PERIODS, max_size=8))
def test_joined_periods_cover_the_same_days_and_leave_gaps(periods):
    joined = join_periods(periods)

    def covered(spans):
        return {begin + timedelta(days=n) for begin, end in spans for n in range((end - begin).days + 1)}

    assert covered(joined) == covered(periods)
    assert all(a[1] + timedelta(days=1) < b[0] for a, b in zip(joined, joined[1:], strict=False))


def test_planted_a_rule_that_forgets_to_clip_to_the_year_is_noticed(monkeypatch):
    monkeypatch.setattr(module, "max", lambda *pair: pair[0], raising=False)
    with pytest.raises(AssertionError):
        test_days_before_the_year_do_not_help()
