"""What makes dues unsafe for grants, said where they are set up, entered and shown; the rules are asked, not written again."""

from collections.abc import Iterator
from datetime import date

from conbillet.core.clock import copenhagen_day

from .counting.assess import PERSONAL_PAYERS
from .counting.count import DUES, evidence_of
from .counting.rule_sets import NoRuleSet, RuleSet, rule_set
from .models import Membership

MEASURE = "duf"  # the strictest of the rules that come with the program


def measure_for(year: int) -> RuleSet | None:
    """What dues of that year are measured by; None in years for which there are no such rules."""
    try:
        return rule_set(MEASURE, year=year)
    except NoRuleSet:
        return None


def doubts_about(membership: Membership) -> list[str]:
    """Reason codes of everything about these dues that a grant body may refuse, not only the first; empty when safe."""
    year = (membership.period_to or copenhagen_day(membership.paid_at or membership.enrolled_at)).year
    rules = measure_for(year)
    return list(_doubts(membership, rules)) if rules else []


def _doubts(membership: Membership, rules: RuleSet) -> Iterator[str]:
    dues = evidence_of({name: getattr(membership, name) for name in DUES}, membership.ended_at)
    if dues.days is None:
        yield "NO_PERIOD"
    elif dues.days[0].year != dues.days[1].year:
        yield "PERIOD_CROSSES_YEAR"
    if dues.paid_at is None:
        yield "NOT_PAID"
    elif dues.days and not _in_one_of(copenhagen_day(dues.paid_at), dues.days):
        yield "PAID_OUTSIDE_YEAR"
    if dues.dispute_lost:
        yield "DISPUTE_LOST"
    if dues.dues and dues.refunded >= dues.dues:
        yield "REFUNDED"
    elif dues.dues - dues.refunded < rules.least_dues:
        yield f"BELOW_{rules.least_dues // 100}"
    if not dues.separate:
        yield "DUES_NOT_SEPARATE"
    if dues.payer not in PERSONAL_PAYERS:
        yield "PAYER_NOT_PERSONAL"


def _in_one_of(day: date, period: tuple[date, date]) -> bool:
    return period[0].year <= day.year <= period[1].year
