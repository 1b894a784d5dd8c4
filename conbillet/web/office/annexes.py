"""The agreement's annexes, made from the data map: whose data and why, who else helps, how it is kept safe and how long."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from conbillet.consents.processors import (
    Listed,
    ProcessorList,
    changes,
    coming_list,
    current_list,
    since,
)
from conbillet.consents.queries import texts
from conbillet.core.data_map import (
    IDENTIFY,
    IMPROVE,
    MEMBER_DOCUMENTATION,
    PURCHASES,
    SERVICES,
    data_map,
)

CATEGORIES: dict[str, Any] = {
    "user.name": _("Name"),
    "user.address": _("Address"),
    "user.postcode": _("Postcode"),
    "user.municipality": _("Municipality"),
    "user.email": _("E-mail address"),
    "user.birth_date": _("Date of birth"),
    "user.gender": _("Gender"),
    "user.phone": _("Phone number that the association entered"),
    "user.cpr": _("CPR number, where it is switched on for child-protection certificates"),
    "user.member_number": _("Member number"),
    "user.relation": _("Who paid the dues: the member, a parent, a guardian, a municipality …"),
    "user.certificate": _("Whether a child-protection certificate had remarks"),
    "user.role": _("What somebody may do for an association"),
    "user.status": _("Whether an account is open, and whether the use of the data is limited"),
    "user.financial": _("What was paid"),
    "user.history": _("What was done, and when"),
    "user.content": _("What was written"),
    "user.language": _("Language"),
    "user.consent": _("What was agreed to"),
    "user.ip": _("Internet address"),
    "user.device": _("Browser and device"),
    "user.sign_in": _("When somebody last logged in"),
    "user.session": _("What a session holds: login, cart, language"),
    "user.secret": _("Secrets of the login: hashes and keys"),
    "user.cookie": _("A random number in a cookie"),
}
PURPOSES: dict[str, Any] = {
    IDENTIFY: _("to know who comes, and who works for the association"),
    PURCHASES: _("to sell, to take payment and to keep accounts"),
    SERVICES: _("to provide what was ordered, and to write about it"),
    MEMBER_DOCUMENTATION: _("to keep the register of members and document it"),
    IMPROVE: _("to improve the site, without persons"),
}
PERIODS: dict[str, Any] = {
    "account": _("until the person deletes the account, or after 3 years unused"),
    "accounting": _("5 years from the end of the association's accounting year"),
    "member_evidence": _("5 years after leaving"),
    "member_contact": _("1 year after leaving"),
    "sign_in": _("180 days"),
    "access_log": _("2 years"),
    "cases": _("2 years after the case is closed"),
    "cart": _("24 hours"),
    "chat": _("1 year after the last message"),
    "mail_body": _("30 days"),
    "consent_proof": _("2 years after the consent was last used"),
    "until_told": _("until the person is told"),
    "certificate": _("2 years after the certificate was settled"),
    "cpr": _("30 days after the certificate is settled, 6 months at most"),
    "invitation": _("30 days after the invitation was answered or ran out"),
}
# name in the map: (who, what it does, on what a transfer rests)
PROCESSORS: dict[str, tuple[Any, Any, Any]] = {
    "stripe": ("Stripe Payments Europe", _("takes payments and looks for fraud, also as a controller of its own"), _("standard contracts and the EU–USA framework, where Stripe sends data to the USA")),
    "cloudflare": ("CloudFlare", _("protects the site against attacks, when it is switched on; sees the traffic"), _("standard contracts and the EU–USA framework")),
    "hetzner": ("Hetzner", _("houses the servers"), _("none: the data stays in the EU")),
    "mail relay": (_("A mail server"), _("sends the mails, where the operator does not do so itself"), _("none: the data stays in the EU")),
    "amazon s3": ("Amazon S3", _("keeps encrypted backups; Amazon has no key"), _("none: the data stays in the EU")),
}  # fmt: skip
# When each of them gets anything at all, as `when` of the map says it.
WHEN: dict[str, Any] = {
    "stripe": _("when somebody pays"),
    "cloudflare": _("when the operator has switched it on"),
    "hetzner": _("always: the machines stand there"),
    "mail relay": _("when the operator uses somebody else's mail server"),
    "amazon s3": _("every day, when backups are switched on"),
}
# What each of them gets, as `sends` of the map says it.
GETS: dict[str, Any] = {
    "stripe": _("the buyer's e-mail address, the order's number, lines and total"),
    "cloudflare": _("internet addresses, and what passes between browser and server"),
    "hetzner": _("nothing is sent; the machines stand there"),
    "mail relay": _("e-mail address, and what the mail says about orders and tickets"),
    "amazon s3": _("encrypted backups"),
}
COUNTRIES: dict[str, Any] = {"IE": _("Ireland"), "US": _("USA"), "DE": _("Germany"), "DK": _("Denmark")}
MEASURES: tuple[Any, ...] = (
    _("Each association sees its own rows only; the database itself refuses others (row-level security)."),
    _(
        "Lists of people show the six fields that the privacy policy names, and each time they are handed over is written down."
    ),
    _("Everybody who acts for an association, and all of our staff, log in with a second factor."),
    _(
        "Connections are encrypted. CPR numbers and secrets are encrypted in the database too, under keys that are kept apart."
    ),
    _("The log of who did what can only be added to, and a chain of hashes shows if it was changed."),
    _("Deleting really deletes; what cannot be rewritten becomes unreadable, because its key is destroyed."),
    _("No personal data stands in logs, job queues or addresses of pages."),
)


# Annex C, beside the measures: where, how long, who may look.
INSTRUCTION: tuple[Any, ...] = (
    _("How long each kind of data is kept stands in annex A. The program deletes it by itself on its date."),
    _("Where: on the operator's own servers at Hetzner in Germany. Copies in backups go as the privacy policy says."),
    _("Transfers to countries outside the EU and the EEA: only as annex B says. The association gives no other instruction about them."),
    _("Inspection: the association can demand what it needs to see that this is kept, and inspect, with 30 days' notice and once a year unless there is a reason."),
)
# Annex D: what the parties have agreed beside what the standard contract regulates.
OTHER_MATTERS: tuple[Any, ...] = (
    _("A new, changed or removed sub-processor is announced to every owner by mail at least 30 days before. An owner can object in the office; the association can leave before the change."),
    _("A breach of security is told without undue delay, and within 24 hours after we know it, to the association's own address and to its owners."),
    _("Each pays for its own time in inspections and in helping the other."),
    _("Whom to write to: for us the address on the help page; for the association the address in its settings."),
)


@dataclass
class Kind:
    """One category of data that is kept for the association."""

    name: str
    purposes: list[str] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Helper:
    """A sub-processor, in the reader's language. `change` is added, removed or changed, of a list that is coming."""

    name: str
    country: str
    does: str
    transfer: str
    when: str
    gets: str
    since: date | None = None
    change: str = ""


def kinds() -> list[Kind]:
    """Annex A: what is kept in tables that belong to an association, in the order of `CATEGORIES`."""
    found: dict[str, Kind] = {}
    for table in data_map.load().tables.values():
        if "organization" not in table.columns:
            continue
        for column in table.columns.values():
            if not column.category or column.keep is None:
                continue
            kind = found.setdefault(column.category, Kind(str(CATEGORIES.get(column.category, column.category))))
            for purpose in column.purposes:
                _add(kind.purposes, str(PURPOSES[purpose]))
            _add(kind.periods, str(PERIODS.get(column.keep.name, column.keep.period)))
    order = list(CATEGORIES)
    return [found[name] for name in sorted(found, key=lambda name: order.index(name) if name in order else len(order))]


def helpers(*, on: date) -> list[Helper]:
    """Annex B: the sub-processors of the list that applies on a day, each with since when."""
    lists = texts().processors
    rows = [_helper(one, since=since(lists, one.name, on)) for one in current_list(lists, on).processors]
    return sorted(rows, key=lambda row: row.name)


def coming_helpers(*, on: date) -> tuple[ProcessorList | None, list[Helper]]:
    """What changes with the list that was announced and does not apply yet; None and nothing when there is none."""
    lists = texts().processors
    coming = coming_list(lists, on)
    if coming is None:
        return None, []
    return coming, [_helper(one.listed, change=one.kind) for one in changes(current_list(lists, on), coming)]


def _helper(one: Listed, *, since: date | None = None, change: str = "") -> Helper:
    name, does, transfer = PROCESSORS.get(one.name, (one.name, one.when, one.safeguard))
    return Helper(
        str(name), str(COUNTRIES.get(one.country, one.country)), str(does), str(transfer),
        str(WHEN.get(one.name, one.when)), str(GETS.get(one.name, "; ".join(one.sends))), since, change,
    )  # fmt: skip


def _add(texts: list[str], text: str) -> None:
    if text not in texts:
        texts.append(text)
