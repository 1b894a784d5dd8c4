"""The whole register counted for a year: each member's verdict, and the totals that grant bodies ask for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

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


# What is known of a person and of a membership beside what the rules ask: kept with the count as evidence.
PERSON = ("name", "birth_date", "street", "postcode", "city", "country")
DUES = (
    "enrolled_at", "channel", "period_from", "period_to", "dues_amount", "currency", "dues_text", "dues_separate",
    "payer_name", "payer_relation", "paid_at", "payment_method", "payment_reference", "payout_reference",
    "refunded_amount", "dispute_state",
)  # fmt: skip


@dataclass(frozen=True)
class Registered:
    """One member of the register, as it is now: who, where, and the evidence, one of DUES for each membership."""

    member_id: int
    member_no: str
    gender: str
    municipality: str
    person: dict[str, Any]  # PERSON
    dues: tuple[dict[str, Any], ...]
    candidate: Candidate


@dataclass(frozen=True)
class Counted:
    """One member of the register, the cell of the totals they fall in, the verdict, and the evidence it was given on."""

    member_id: int
    member_no: str
    gender: str
    band: str
    municipality: str
    verdict: Verdict
    person: dict[str, Any]  # PERSON
    dues: tuple[dict[str, Any], ...]  # DUES, one for each membership

    def everything(self) -> list[Any]:
        """All of it in a fixed order, for a digest."""
        verdict = [self.verdict.counts, self.verdict.reason, self.gender, self.band, self.municipality]
        return [self.member_no, verdict, *self.person.values(), *(list(one.values()) for one in self.dues)]


@dataclass(frozen=True)
class Totals:
    """How many count: in all, per municipality (abroad and unknown apart), per gender and age band; and why others do not."""

    members: int
    overall: int
    per_municipality: dict[str, int]
    gender_by_band: dict[str, dict[str, int]]
    reasons: dict[str, int]


def read_register(*, organization_id: int, on: date | None = None) -> list[Registered]:
    """Everybody, by member number. Two queries, whatever the number of members.

    `on` a past day: what had begun, been paid, been given back or ended by then, and who had been entered; names and
    addresses are those of now. What a kept count holds, it holds exactly.
    """
    members = Member.objects.filter(organization_id=organization_id).order_by("pk")
    columns = ("pk", "created_at", "left_on", "member_no", "gender", "municipality_code", *PERSON)
    people = list(members.values_list(*columns).iterator(chunk_size=5000))
    left = {pk: left_on for pk, _at, left_on, *_rest in people if left_on and (on is None or left_on <= on)}
    dues: dict[int, list[dict[str, Any]]] = defaultdict(list)
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    memberships = Membership.objects.filter(organization_id=organization_id).order_by("pk")
    for member, ended_at, *values in memberships.values_list("member_id", "ended_at", *DUES).iterator(chunk_size=5000):
        one = dict(zip(DUES, values, strict=True))
        if on is not None:
            if _begins_after(one, on):
                continue
            ended_at = _as_it_was(one, ended_at, on)
        dues[member].append(one)
        evidence[member].append(evidence_of(one, ended_at, left.get(member)))
    found = []
    for pk, created_at, _left_on, number, gender, code, *values in people:
        if on is not None and pk not in dues and copenhagen_day(created_at) > on:
            continue
        person = dict(zip(PERSON, values, strict=True))
        found.append(
            Registered(
                member_id=pk,
                member_no=number,
                gender=gender or "not_stated",
                municipality=municipality_of(person["country"], code),
                person=person,
                dues=tuple(dues[pk]),
                candidate=Candidate(person["birth_date"], person["country"], code, tuple(evidence[pk])),
            )
        )
    return sorted(found, key=lambda one: _by_number(one.member_no))


def _begins_after(dues: Mapping[str, Any], on: date) -> bool:
    """Dues of which nobody could know on that day."""
    first = dues["period_from"] or (copenhagen_day(dues["paid_at"]) if dues["paid_at"] else None)
    return first is not None and first > on


def _as_it_was(dues: dict[str, Any], ended_at: datetime | None, on: date) -> datetime | None:
    """Takes out of the dues what came after that day, and answers when the membership had ended by then."""
    if dues["paid_at"] and copenhagen_day(dues["paid_at"]) > on:
        dues.update(paid_at=None, payment_reference="", payout_reference="")
    if ended_at and copenhagen_day(ended_at) > on:  # given back, or taken back by the bank, later
        dues.update(refunded_amount=0, dispute_state="")
        return None
    return ended_at


def count(register: Iterable[Registered], *, rules: RuleSet, year: int) -> list[Counted]:
    """The verdict on each, in the register's order. No query: one register can be asked about many rules."""
    found, counted_already = [], set()
    for one in register:
        verdict = assess(one.candidate, rules=rules, year=year)
        if rules.once_per_person and verdict.counts and one.person["birth_date"]:
            who = (" ".join(one.person["name"].lower().split()), one.person["birth_date"])
            if who in counted_already:
                verdict = Verdict(False, "COUNTED_ALREADY")
            counted_already.add(who)
        found.append(
            Counted(
                member_id=one.member_id,
                member_no=one.member_no,
                gender=one.gender,
                band=band_of(one.person["birth_date"], year),
                municipality=one.municipality,
                verdict=verdict,
                person=one.person,
                dues=one.dues,
            )
        )
    return found


def count_members(*, organization_id: int, rules: RuleSet, year: int, on: date | None = None) -> list[Counted]:
    """The register, as it is or as it was on a past day, counted for a year by one set of rules. Two queries."""
    return count(read_register(organization_id=organization_id, on=on), rules=rules, year=year)


def evidence_of(dues: Mapping[str, Any], ended_at: datetime | None, left_on: date | None = None) -> Evidence:
    """Dues (the columns of DUES) as the rules ask of them. Whoever got the dues back, or left, was a member no longer."""
    begin, end = dues["period_from"], dues["period_to"]
    if begin and end and ended_at:
        end = max(begin, min(end, copenhagen_day(ended_at)))
    if begin and end and left_on and left_on >= begin:
        end = min(end, left_on)
    return Evidence(
        days=(begin, end) if begin and end else None,
        dues=dues["dues_amount"],
        separate=dues["dues_separate"],
        paid_at=dues["paid_at"],
        payer=dues["payer_relation"],
        refunded=dues["refunded_amount"],
        dispute_lost=dues["dispute_state"] == "lost",
    )


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


def bands_of(numbers: Mapping[str, Any]) -> list[str]:
    """The bands of totals that were stored, from the youngest; the database keeps no order of names."""
    present = {band for row in numbers["gender_by_band"].values() for band in row}
    return [name for name in (*(name for _upper, name in BANDS), UNKNOWN_BAND) if name in present]


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
