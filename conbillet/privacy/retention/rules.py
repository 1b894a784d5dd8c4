"""One rule for each period of the data map, and the job that keeps it: what it empties or deletes, and when it runs.

`config/schedule.py` runs them all from this table; a test fails when the map knows a period without a job here.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.actions.forget_sign_ins import forget_sign_ins
from conbillet.certificates.actions.forget_requests import forget_requests
from conbillet.certificates.actions.settle_certificate import forget_numbers
from conbillet.consents.actions.forget_answers import forget_answers
from conbillet.consents.actions.forget_consents import forget_consents
from conbillet.core import audit
from conbillet.core.clock import add_months, copenhagen_day, day_start
from conbillet.mail.actions.forget_bodies import forget_bodies
from conbillet.memberships.actions.forget_contacts import forget_contacts
from conbillet.memberships.actions.forget_evidence import forget_evidence
from conbillet.newsletters.actions.forget_failures import forget_failures
from conbillet.newsletters.actions.forget_recipients import forget_recipients
from conbillet.organizations.actions.forget_invitations import forget_invitations
from conbillet.sales.actions.forget_books import forget_books
from conbillet.sales.actions.forget_carts import forget_carts
from conbillet.support.actions.forget_cases import forget_cases
from conbillet.support.actions.forget_chats import forget_chats
from conbillet.tickets.actions.forget_reasons import forget_reasons
from conbillet.usage.actions.forget_counts import forget_counts

from ..actions.deliver_authority_package import forget_authority_packages
from ..actions.forget_erasures import forget_erasures
from ..actions.forget_guardianships import forget_guardianships
from ..authority_contacts import forget_told_contacts
from ..insight.store import forget_packages
from ..limits import held_people
from ..models import BreachSubject, RetentionRun
from .unused import forget_unused

Counts = Counter[int | None]
LOG_MONTHS = 24


@dataclass(frozen=True)
class Rule:
    """`keeps` are names of the map's periods; `cron` is UTC; `forget` returns how many rows, by association."""

    name: str
    keeps: frozenset[str]
    cron: str
    forget: Callable[[datetime], Counts]
    label: Any
    period: Any
    law: Any


def _plain(job: Callable[..., int]) -> Callable[[datetime], Counts]:
    """A job of the platform's that counts rows of no association in particular."""
    return lambda now: Counter({None: job(now=now)})


def _of_associations(counts: Mapping[int, int]) -> Counts:
    return Counter({organization: rows for organization, rows in counts.items()})  # noqa: C416  a wider type of keys


def _books(now: datetime) -> Counts:
    return _of_associations(forget_books(now=now, held=held_people(now=now)) + forget_reasons(now=now))


def _payloads(now: datetime) -> Counts:
    return audit.forget_payloads(before=two_years_before(now))


def _disclosures(now: datetime) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, forgotten FROM privacy_forget_disclosures(%s)", [two_years_before(now)])
        return Counter({organization: int(rows) for organization, rows in cursor.fetchall()})


def _cases(now: datetime) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_forget_authority_cases(%s)", [two_years_before(now)])
        requests = int(cursor.fetchone()[0])
    concerned = BreachSubject.objects.filter(breach__closed_at__lt=two_years_before(now)).delete()[0]
    return Counter({None: forget_cases(now=now, held=held_people(now=now)) + requests + concerned})


def two_years_before(now: datetime) -> datetime:
    """The beginning of the Copenhagen day two years ago: what is older than that is two years old, whatever its hour."""
    return day_start(add_months(copenhagen_day(now), -LOG_MONTHS))


ACCOUNTABLE = _("accountability, GDPR art. 5(2)")
MINIMAL = _("data minimisation, GDPR art. 5(1)(e)")

RULES = (
    Rule("account", frozenset({"account"}), "31 4 * * *", lambda now: forget_unused(now=now), _("Accounts that are not used"), _("3 years after they were last used, with a warning a month before"), MINIMAL),
    Rule("accounting", frozenset({"accounting"}), "33 4 * * *", _books, _("Names on orders and receipts"), _("5 years from the end of the accounting year"), _("bogføringsloven § 12")),
    Rule("member_evidence", frozenset({"member_evidence"}), "35 4 * * *", lambda now: _of_associations(forget_evidence(now=now, held=held_people(now=now))), _("Who a member was, and who paid the dues"), _("5 years after the member left"), _("documentation for grant bodies")),
    Rule("member_contact", frozenset({"member_contact"}), "36 4 * * *", lambda now: _of_associations(forget_contacts(now=now, held=held_people(now=now))), _("E-mail address and phone number of members"), _("1 year after the member left"), _("the association's legitimate interest, GDPR art. 6(1)(f)")),
    Rule("sign_in", frozenset({"sign_in"}), "11 4 * * *", _plain(forget_sign_ins), _("Logins, devices and internet addresses"), _("180 days"), _("security, GDPR art. 32")),
    Rule("access_log", frozenset({"access_log"}), "38 4 * * *", _payloads, _("Details in the log of what was done"), _("2 years"), ACCOUNTABLE),
    Rule("disclosures", frozenset({"disclosure", "disclosures"}), "39 4 * * *", _disclosures, _("What was handed over, and about whom"), _("2 years"), ACCOUNTABLE),
    Rule("cases", frozenset({"cases"}), "19 4 * * *", _cases, _("What people wrote to us, requests of authorities, and whom a breach concerned"), _("2 years after they were closed"), ACCOUNTABLE),
    Rule("chat", frozenset({"chat"}), "20 4 * * *", lambda now: forget_chats(now=now, held=held_people(now=now)), _("Conversations in the chat"), _("1 year after the last message"), MINIMAL),
    Rule("erasures", frozenset(), "41 4 * * *", lambda now: forget_erasures(before=two_years_before(now), now=now), _("Receipts of deletions"), _("2 years, or as long as what they say is kept"), ACCOUNTABLE),
    Rule("authority_files", frozenset(), "25 4 * * *", _plain(forget_authority_packages), _("Files for authorities"), _("30 days after they were handed over"), MINIMAL),
    Rule("until_told", frozenset({"until_told"}), "26 4 * * *", _plain(forget_told_contacts), _("An address for somebody who was deleted while an authority's request was secret"), _("until the person is told"), MINIMAL),
    Rule("packages", frozenset(), "53 * * * *", _plain(forget_packages), _("Packages with everything about somebody"), _("7 days after they were made"), MINIMAL),
    Rule("guardians", frozenset(), "43 4 * * *", _plain(forget_guardianships), _("Who acts for a child"), _("until the child is 15"), MINIMAL),
    Rule("cart", frozenset({"cart"}), "23 * * * *", _plain(forget_carts), _("Carts that were left"), _("24 hours"), MINIMAL),
    Rule("mail_body", frozenset({"mail_body"}), "17 4 * * *", _plain(forget_bodies), _("What mails said, and to whom"), _("30 days"), MINIMAL),
    Rule("consent_cookie", frozenset({"consent_proof"}), "21 4 * * *", _plain(forget_answers), _("Answers about cookies"), _("2 years after the cookie ran out"), _("proof of consent, GDPR art. 7(1)")),
    Rule("consent_news", frozenset({"consent_proof"}), "22 4 * * *", _plain(forget_consents), _("Consents to news"), _("2 years after they were last used"), _("proof of consent, GDPR art. 7(1)")),
    Rule("newsletters", frozenset({"mail_body"}), "24 4 * * *", _plain(forget_recipients), _("Who got a newsletter"), _("30 days after it was sent"), MINIMAL),
    Rule("failing_addresses", frozenset({"consent_proof"}), "26 4 * * *", _plain(forget_failures), _("Addresses that take no news"), _("2 years after the last sign of it, or when nothing is sent to them any more"), MINIMAL),
    Rule("invitation", frozenset({"invitation"}), "13 4 * * *", _plain(forget_invitations), _("Invitations to roles"), _("30 days after they were answered or ran out"), MINIMAL),
    Rule("certificates", frozenset({"certificate"}), "29 4 * * *", lambda now: _of_associations(forget_requests(now=now)), _("Whether somebody of the crew had a child-protection certificate"), _("2 years after it was settled"), ACCOUNTABLE),
    Rule("usage", frozenset(), "45 4 * * *", lambda now: forget_counts(now=now), _("How often pages were used, without persons"), _("25 months"), MINIMAL),
    Rule("cpr", frozenset({"cpr"}), "27 4 * * *", _plain(forget_numbers), _("CPR numbers"), _("30 days after the certificate is settled, 6 months at most"), _("databeskyttelsesloven § 11")),
)  # fmt: skip


def run_rule(rule: Rule, *, now: datetime) -> Counts:
    """Let a rule do its work, and write down how many rows it was, by association and day."""
    counts = rule.forget(now)
    today = copenhagen_day(now)
    with transaction.atomic():
        for organization, rows in counts.items():
            if not rows:
                continue
            mine = RetentionRun.objects.filter(rule=rule.name, ran_on=today)
            mine = mine.filter(organization=organization) if organization else mine.filter(organization__isnull=True)
            if not mine.update(rows=F("rows") + rows):
                RetentionRun.objects.create(organization_id=organization, rule=rule.name, ran_on=today, rows=rows)
    return counts
