"""The whole register counted for a year: each member's verdict, and the totals that grant bodies ask for."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from conbillet.core.clock import copenhagen_day

from ..models import Member, Membership
from .assess import Candidate, Evidence, Verdict, assess
from .rule_sets import RuleSet

# CFR's bands of 2019; the older 25-59 and 60+ are sums of these. The upper end is inclusive.
BANDS = (
    (6, "0-6"),
    (12, "7-12"),
    (18, "13-18"),
    (24, "19-24"),
    (39, "25-39"),
    (59, "40-59"),
    (69, "60-69"),
    (999, "70+"),
)
UNKNOWN_BAND = "unknown"
ABROAD, UNKNOWN = "UDL", "UKENDT"
GENDERS = ("woman", "man", "other", "not_stated")


@dataclass(frozen=True)
class Counted:
    """One member of the register, what the totals need of them, and the verdict."""

    member_no: str
    gender: str
    band: str
    municipality: str
    verdict: Verdict


@dataclass(frozen=True)
class Totals:
    """How many count: in all, per municipality (abroad and unknown apart), per gender and age band; and why others do not."""

    members: int
    overall: int
    per_municipality: dict[str, int]
    gender_by_band: dict[str, dict[str, int]]
    reasons: dict[str, int]


def count_members(*, organization_id: int, rules: RuleSet, year: int) -> list[Counted]:
    """Everybody of the register, by member number. Two queries, whatever the number of members."""
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    memberships = Membership.objects.filter(organization_id=organization_id).order_by("pk")
    for row in memberships.values_list(
        "member_id", "period_from", "period_to", "dues_amount", "dues_separate", "paid_at", "payer_relation",
        "refunded_amount", "dispute_state", "ended_at",
    ).iterator(chunk_size=5000):  # fmt: skip
        member, begin, end, dues, separate, paid_at, payer, refunded, dispute, ended_at = row
        if begin and end and ended_at:
            end = max(begin, min(end, copenhagen_day(ended_at)))
        days = (begin, end) if begin and end else None
        evidence[member].append(Evidence(days, dues, separate, paid_at, payer, refunded, dispute == "lost"))
    members = Member.objects.filter(organization_id=organization_id).order_by("pk")
    found = []
    for pk, number, born, gender, country, code in members.values_list(
        "pk", "member_no", "birth_date", "gender", "country", "municipality_code"
    ).iterator(chunk_size=5000):
        candidate = Candidate(born, country, code, tuple(evidence.get(pk, ())))
        found.append(
            Counted(
                number, gender or "not_stated", band_of(born, year), municipality_of(country, code),
                assess(candidate, rules=rules, year=year),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: _by_number(one.member_no))


def totals_of(counted: list[Counted]) -> Totals:
    """The sums over those who count."""
    yes = [one for one in counted if one.verdict.counts]
    cells = Counter((one.gender, one.band) for one in yes)
    bands = [name for _upper, name in BANDS]
    if any(band == UNKNOWN_BAND for _gender, band in cells):
        bands.append(UNKNOWN_BAND)
    return Totals(
        members=len(counted),
        overall=len(yes),
        per_municipality=dict(sorted(Counter(one.municipality for one in yes).items())),
        gender_by_band={gender: {band: cells[gender, band] for band in bands} for gender in GENDERS},
        reasons=dict(sorted(Counter(one.verdict.reason for one in counted if one.verdict.reason).items())),
    )


def band_of(birth_date: date | None, year: int) -> str:
    """The age band on 31 December of the year."""
    if birth_date is None:
        return UNKNOWN_BAND
    age = year - birth_date.year
    return next(name for upper, name in BANDS if age <= upper)


def municipality_of(country: str, code: str) -> str:
    """The code of the municipality; `UDL` for whoever lives abroad, `UKENDT` where nobody said which it is."""
    if country and country != "DK":
        return ABROAD
    return code or UNKNOWN


def _by_number(number: str) -> tuple[int, int, str]:
    return (0, int(number), number) if number.isascii() and number.isdigit() else (1, 0, number)


def lines_of(counted: list[Counted]) -> Iterator[dict[str, object]]:
    """For machines: `member_no`, `counts`, `reason`."""
    for one in counted:
        yield {"member_no": one.member_no, "counts": one.verdict.counts, "reason": one.verdict.reason}
