"""Does a member count, and if not, why? The order of the questions is the fact sheet's (section 11.1).

A person counts once, however many memberships there are: each is asked in turn, and the one that comes furthest answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conbillet.core.clock import add_months, age_on, copenhagen_day
from conbillet.core.people import PayerRelation

from .rule_sets import LAST_DAY, RuleSet

PERSONAL_PAYERS = frozenset(
    [PayerRelation.SELF, PayerRelation.PARENT, PayerRelation.STEP_PARENT, PayerRelation.GUARDIAN]
)
CROSSES_YEAR = "WARN_PERIOD_CROSSES_YEAR"
_DAY = timedelta(days=1)

Days = tuple[date, date]  # both inclusive


@dataclass(frozen=True)
class Evidence:
    """One membership: its days (both inclusive, None where nobody stated them) and its dues in øre."""

    days: Days | None
    dues: int
    separate: bool = True
    paid_at: datetime | None = None
    payer: str = PayerRelation.SELF
    refunded: int = 0
    dispute_lost: bool = False


@dataclass(frozen=True)
class Candidate:
    """Somebody of the register, as far as the rules ask. `municipality` is a four-digit code, or empty."""

    birth_date: date | None
    country: str
    municipality: str
    memberships: tuple[Evidence, ...]


@dataclass(frozen=True)
class Verdict:
    """`reason` is a code of the fact sheet: why not, or a warning about somebody who counts, or empty."""

    counts: bool
    reason: str = ""


def assess(candidate: Candidate, *, rules: RuleSet, year: int) -> Verdict:
    """Whether somebody counts in a calendar year."""
    refusal = _person_refusal(candidate, rules, year)
    if refusal:
        return Verdict(False, refusal)
    if not candidate.memberships:
        return Verdict(False, "NO_DUES")
    furthest, refusal = 0, ""
    sound: list[Evidence] = []
    for evidence in candidate.memberships:
        step, reason = _dues_refusal(evidence, rules, year)
        if not reason:
            sound.append(evidence)
        elif step >= furthest:
            furthest, refusal = step, reason
    if not sound:
        return Verdict(False, refusal)
    # Dues of one year may be paid in parts; what must have been paid is asked of their sum, not of another year's.
    this_year = [one for one in sound if one.days and one.days[0].year <= year <= one.days[1].year]
    if sum(one.dues - one.refunded for one in this_year or sound) < rules.least_dues:
        return Verdict(False, f"BELOW_{rules.least_dues // 100}")
    return _by_period(sound, rules, year)


def _person_refusal(candidate: Candidate, rules: RuleSet, year: int) -> str:
    if rules.oldest is not None or rules.youngest is not None:
        if candidate.birth_date is None:
            return "NO_BIRTH_DATE"
        age, on = (
            _age(candidate.birth_date, rules, year),
            "" if rules.age_on == LAST_DAY else "_ON_{:02}-{:02}".format(*rules.age_on),
        )
        if rules.oldest is not None and age > rules.oldest:
            return f"AGE_{rules.oldest + 1}{on}"
        if rules.youngest is not None and age < rules.youngest:
            return f"AGE_BELOW_{rules.youngest}{on}"
    if rules.resident_in_denmark and candidate.country != "DK":
        return "NOT_RESIDENT_DK"
    if rules.municipalities and candidate.municipality not in rules.municipalities:
        return "OTHER_MUNICIPALITY"
    return ""


def _age(birth_date: date, rules: RuleSet, year: int) -> int:
    if rules.age_on == LAST_DAY:
        return year - birth_date.year
    return age_on(birth_date, date(year, *rules.age_on))


def _dues_refusal(evidence: Evidence, rules: RuleSet, year: int) -> tuple[int, str]:
    """(how far it came, why no further); an empty reason when the dues are sound."""
    questions: tuple[tuple[bool, str], ...] = (
        (evidence.dues <= 0, "NO_DUES"),
        (evidence.paid_at is None, "NOT_PAID"),
        (evidence.dispute_lost, "DISPUTE_LOST"),
        (evidence.refunded >= evidence.dues, "REFUNDED"),
        (rules.separate_line and not evidence.separate, "DUES_NOT_SEPARATE"),
        (rules.personal_payer and evidence.payer not in PERSONAL_PAYERS, "PAYER_NOT_PERSONAL"),
        (bool(rules.payers) and evidence.payer not in rules.payers, "PAYER_NOT_ALLOWED"),
        (rules.paid_within_year and not _paid_in(evidence, year), "PAID_OUTSIDE_YEAR"),
        (rules.refuse_period_crosses_year and _crosses(evidence), "PERIOD_CROSSES_YEAR"),
    )
    for step, (refused, reason) in enumerate(questions):
        if refused:
            return step, reason
    return len(questions), ""


def _crosses(evidence: Evidence) -> bool:
    return evidence.days is not None and evidence.days[0].year != evidence.days[1].year


def _paid_in(evidence: Evidence, year: int) -> bool:
    return evidence.paid_at is not None and copenhagen_day(evidence.paid_at).year == year


def _by_period(sound: Sequence[Evidence], rules: RuleSet, year: int) -> Verdict:
    stated = [one.days for one in sound if one.days]
    verdict = _period_verdict(stated, rules, year)
    crosses = [days for days in stated if days[0].year != days[1].year]
    if not (verdict.counts and rules.warn_period_crosses_year and crosses):
        return verdict
    # A warning only where the member does not count by the other periods alone.
    safe = _period_verdict([days for days in stated if days not in crosses], rules, year)
    return safe if safe.counts else Verdict(True, CROSSES_YEAR)


def _period_verdict(stated: Iterable[Days], rules: RuleSet, year: int) -> Verdict:
    first, last = date(year, 1, 1), date(year, 12, 31)
    joined = join_periods(stated)
    within = [(max(begin, first), min(end, last)) for begin, end in joined if begin <= last and end >= first]
    if not within:
        return Verdict(False, "NO_PERIOD")
    if rules.joined_before and min(begin for begin, _end in within) >= date(year, *rules.joined_before):
        return Verdict(False, "JOINED_TOO_LATE")
    if rules.member_on_last_day and any(end == last for _begin, end in within):
        return Verdict(True)
    if any(add_months(begin, rules.months) <= end + _DAY for begin, end in within):
        return Verdict(True)
    return Verdict(False, "PERIOD_TOO_SHORT")


def join_periods(periods: Iterable[Days]) -> list[Days]:
    """Periods that overlap or follow each other without a gap as one, the earliest first."""
    joined: list[Days] = []
    for begin, end in sorted(periods):
        if joined and begin <= joined[-1][1] + _DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined
