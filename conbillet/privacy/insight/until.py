"""Until when a row is kept, where its retention rule says a day: the same days that `retention/` goes by."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from conbillet.certificates.actions.forget_requests import MONTHS as MONTHS_OF_REQUESTS
from conbillet.core.clock import add_months, copenhagen_day
from conbillet.memberships.evidence import CONTACT_MONTHS, MONTHS, last_day_of_documentation, with_last_day
from conbillet.memberships.models import Member
from conbillet.organizations.models import Organization
from conbillet.sales.books import kept_until
from conbillet.support.actions.forget_chats import KEPT_FOR_MONTHS as CHAT_MONTHS

LOG_MONTHS = 24  # of the log and of cases

Days = dict[Any, dict[str, date]]  # row key → retention rule → last day


def days_of(table: str, rows: Iterable[Any], *, moments: dict[int, datetime]) -> Days:
    """For each row the days that are known today. `moments` is order → when it was placed, for what hangs on orders."""
    found: Days = {}
    last_days = _last_days(rows) if table in {"memberships_member", "memberships_membership"} else {}
    for row in rows:
        days: dict[str, date] = {}
        for rule, day in _RULES.get(table, {}).items():
            known = day(row)
            if known is not None:
                days[rule] = known
        if table in _ON_ORDERS:
            at = moments.get(_ON_ORDERS[table](row)) or _at(row)
            if at is not None:
                days["accounting"] = _books(row.organization, at)
        if member_left := last_days.get(row.pk):
            days |= _of_member(table, member_left)
        found[row.pk] = days
    return found


def _after(name: str, **period: int) -> Callable[[Any], date | None]:
    """So long after the instant in that column; None while it has not come."""

    def day(row: Any) -> date | None:
        at = getattr(row, name)
        if at is None:
            return None
        months = period.get("months")
        return add_months(copenhagen_day(at), months) if months else copenhagen_day(at + timedelta(**period))

    return day


def _invitation(row: Any) -> date:
    over = row.accepted_at or row.withdrawn_at or row.expires_at
    return copenhagen_day(over + timedelta(days=30))


def _certificate(row: Any) -> date:
    return add_months(row.settled_on or copenhagen_day(row.asked_at), MONTHS_OF_REQUESTS)


def _documented(row: Any) -> date:
    return last_day_of_documentation(row.documentation.year)


_RULES: dict[str, dict[str, Callable[[Any], date | None]]] = {
    "memberships_documentedmember": {"member_evidence": _documented},
    "memberships_documenteddues": {"member_evidence": lambda row: _documented(row.documented)},
    "usersessions_usersession": {"sign_in": _after("last_seen_at", days=180)},
    "mail_outgoingmail": {"mail_body": _after("created_at", days=30)},
    "newsletters_recipient": {"mail_body": lambda row: _after("finished_at", days=30)(row.issue)},
    "support_case": {"cases": _after("closed_at", months=LOG_MONTHS)},
    "support_casenote": {"cases": lambda row: _after("closed_at", months=LOG_MONTHS)(row.case)},
    "support_caseattachment": {"cases": lambda row: _after("closed_at", months=LOG_MONTHS)(row.case)},
    "support_chat": {"chat": _after("last_at", months=CHAT_MONTHS)},
    "support_chatmessage": {"chat": lambda row: _after("last_at", months=CHAT_MONTHS)(row.chat)},
    "support_chatfile": {"chat": lambda row: _after("last_at", months=CHAT_MONTHS)(row.chat)},
    "sales_cart": {
        "cart": lambda row: None if row.ordered_at else copenhagen_day(row.changed_at + timedelta(hours=24))
    },
    "organizations_invitation": {"invitation": _invitation},
    "certificates_certificaterequest": {"certificate": _certificate},
    "certificates_cprnumber": {"cpr": lambda row: row.delete_on},
    "privacy_insightpackage": {"package": lambda row: copenhagen_day(row.expires_at) if row.expires_at else None},
}

_ON_ORDERS: dict[str, Callable[[Any], int]] = {
    "sales_order": lambda row: row.pk,
    "sales_participant": lambda row: row.order_id,
    "sales_orderline": lambda row: row.order_id,
    "sales_cancellation": lambda row: row.order_id,
    "sales_receipt": lambda row: 0,
    "tickets_ticket": lambda row: 0,
    "tickets_checkin": lambda row: 0,
    "tickets_handout": lambda row: 0,
    "payments_payment": lambda row: 0,
    "payments_refund": lambda row: 0,
}


def _at(row: Any) -> datetime | None:
    names = ("issued_at", "at", "created_at", "requested_at")
    return next((getattr(row, name) for name in names if getattr(row, name, None)), None)


def _books(organization: Organization, at: datetime) -> date:
    return kept_until(organization=organization, day=copenhagen_day(at))


def _last_days(rows: Iterable[Any]) -> dict[Any, date]:
    """Row → the last day of its member, where the member has one."""
    member_of = {row.pk: row.pk if isinstance(row, Member) else row.member_id for row in rows}
    members = with_last_day(Member.objects.filter(pk__in=set(member_of.values())))
    last = {pk: day for pk, day in members.values_list("pk", "last_day") if day}
    return {row: last[member] for row, member in member_of.items() if member in last}


def _of_member(table: str, last_day: date) -> dict[str, date]:
    days = {"member_evidence": add_months(last_day, MONTHS)}
    if table == "memberships_member":
        days["member_contact"] = add_months(last_day, CONTACT_MONTHS)
    return days
