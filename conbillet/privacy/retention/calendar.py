"""What goes when, for an association's board: months to come, and what went. Runs as the database role *office*, too."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth

from conbillet.core.clock import COPENHAGEN, add_months, copenhagen_day
from conbillet.core.models import AuditEntry
from conbillet.memberships.evidence import CONTACT_MONTHS, MONTHS, with_last_day
from conbillet.memberships.models import Member
from conbillet.organizations.models import Organization
from conbillet.sales.books import kept_until
from conbillet.sales.models import Order

from ..models import Disclosure, ErasureNotice, RetentionRun
from .rules import LOG_MONTHS, RULES, Rule

BY_NAME = {rule.name: rule for rule in RULES}


@dataclass(frozen=True)
class Going:
    """So many things of one rule go in one month (its first day)."""

    month: date
    rule: Rule
    count: int


@dataclass(frozen=True)
class Calendar:
    coming: list[Going]
    gone: list[dict[str, Any]]
    notices: list[ErasureNotice]


def calendar_of(*, organization: Organization, now: datetime, most_runs: int = 24) -> Calendar:
    """The months to come with what goes in them, what went lately, and who was erased (by order number)."""
    counts: Counter[tuple[date, str]] = Counter()
    for month, count in _orders(organization):
        counts[_month_after(kept_until(organization=organization, day=month)), "accounting"] += count
    for name, months, members in _members(organization):
        for day, count in members:
            counts[_month_after(add_months(day, months)), name] += count
    for name, at in (("disclosures", Disclosure), ("access_log", AuditEntry)):
        mine: Any = at._default_manager.filter(organization=organization)
        if at is AuditEntry:
            mine = mine.filter(payload__isnull=False)
        for row in (
            mine.annotate(month=TruncMonth("at", tzinfo=COPENHAGEN))
            .values("month")
            .annotate(n=Count("pk"))
            .order_by("month")
        ):
            counts[add_months(row["month"].date(), LOG_MONTHS).replace(day=1), name] += row["n"]
    this_month = copenhagen_day(now).replace(day=1)
    late: Counter[tuple[date, str]] = Counter()
    for (month, name), count in counts.items():
        late[max(month, this_month), name] += count
    coming = [Going(month, BY_NAME[name], count) for (month, name), count in sorted(late.items())]
    runs = RetentionRun.objects.filter(organization=organization).order_by("-ran_on", "rule")[:most_runs]
    gone = [{"on": run.ran_on, "rule": BY_NAME[run.rule], "rows": run.rows} for run in runs if run.rule in BY_NAME]
    notices = list(ErasureNotice.objects.filter(organization=organization).order_by("-told_at")[:50])
    return Calendar(coming, gone, notices)


def _month_after(last_day: date) -> date:
    """The month in which something goes that is kept to the end of that day."""
    return (last_day + timedelta(days=1)).replace(day=1)


def _orders(organization: Organization) -> list[tuple[date, int]]:
    """Orders with a name, by the month in which they were placed. A month is inside one accounting year."""
    named = Order.objects.filter(organization=organization).exclude(buyer_name="")
    rows = named.annotate(month=TruncMonth("placed_at", tzinfo=COPENHAGEN)).values("month").annotate(n=Count("pk"))
    return [(row["month"].date(), row["n"]) for row in rows.order_by("month")]


def _members(organization: Organization) -> list[tuple[str, int, list[tuple[date, int]]]]:
    """Members by their last day: with contact data, and with a name."""
    found = []
    mine = Member.objects.filter(organization=organization)
    for name, months, members in (
        ("member_contact", CONTACT_MONTHS, mine.exclude(email="", phone="")),
        ("member_evidence", MONTHS, mine.exclude(name="")),
    ):
        days = Counter(with_last_day(members).values_list("last_day", flat=True))
        found.append((name, months, sorted(days.items())))
    return found


def platform_runs(*, most: int = 200) -> list[dict[str, Any]]:
    """Every rule with its newest run and how much it took in all, for the operator."""
    newest: dict[str, RetentionRun] = {}
    rows: Counter[str] = Counter()
    for run in RetentionRun.objects.order_by("ran_on"):
        newest[run.rule] = run
        rows[run.rule] += run.rows
    return [{"rule": rule, "last": newest.get(rule.name), "rows": rows[rule.name]} for rule in RULES][:most]
