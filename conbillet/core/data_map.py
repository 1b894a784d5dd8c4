"""The data map: one declaration of everything we hold about a person, from which everything else follows.

Each room's `personal_data.py` declares every column of every model it owns, and the third-party tables it brought into
the house. Nothing is allowed by default: `checks.py` fails on a column without a declaration and on a declaration
without a column. A personal column carries three separate decisions (export, redact, erase), because one shared list
for the three is a known source of leaks.

    with data_map.model(Participant, subject="person") as t:
        t.technical("id", why="row key")
        t.personal("name", category="user.name", clause="collect.name", purposes={PURCHASES: CONTRACT},
                   recipients={ASSOCIATION}, keep=ACCOUNTING, export=plain, redact=initials, erase=blank)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import autodiscover_modules

# --- Purposes (clauses `use.*` of the policy) -----------------------------------------------------------------------------
IDENTIFY = "use.identify"
PURCHASES = "use.purchases"
SERVICES = "use.services"
MEMBER_DOCUMENTATION = "use.member_documentation"
IMPROVE = "use.improve"
# Securing accounts and the audit log belong to `use.identify` too, as the policy tells it, with the basis of art. 6(1)(f).
PURPOSES = {IDENTIFY, PURCHASES, SERVICES, MEMBER_DOCUMENTATION, IMPROVE}


@dataclass(frozen=True)
class Basis:
    """A legal basis of GDPR article 6, with the law where one obliges us."""

    article: str
    law: str = ""


CONTRACT = Basis("6(1)(b)")
CONSENT = Basis("6(1)(a)")
LEGITIMATE_INTEREST = Basis("6(1)(f)")


def legal(law: str) -> Basis:
    return Basis("6(1)(c)", law)


BOOKKEEPING = legal("bogføringsloven § 12")

# --- Recipients ------------------------------------------------------------------------------------------------------------
ASSOCIATION = "association"  # through the one door: exactly the six fields
ASSOCIATION_RECORD = "association_record"  # the association's own sales record and register
STRIPE = "stripe"
MAIL_RELAY = "mail_relay"
RECIPIENTS = {ASSOCIATION, ASSOCIATION_RECORD, STRIPE, MAIL_RELAY}

# The promise `disclose.organization`: name, address, e-mail address, gender, date of birth, postal code. Nothing else.
SIX_FIELDS = {"user.name", "user.address", "user.email", "user.gender", "user.birth_date", "user.postcode"}


@dataclass(frozen=True)
class Keep:
    """A retention rule: how long, counted from what, and why (design: privacy, "Retention")."""

    name: str
    period: str
    source: str


ACCOUNT = Keep("account", "until deleted; removed after 3 years unused", "data minimisation, GDPR art. 5(1)(e)")
ACCOUNTING = Keep("accounting", "5 years from the end of the association's accounting year", "bogføringsloven § 12")
MEMBER_EVIDENCE = Keep("member_evidence", "5 years after leaving", "documentation for grant bodies")
MEMBER_CONTACT = Keep("member_contact", "1 year after leaving", "the association's legitimate interest")
SIGN_IN = Keep("sign_in", "180 days", "security, GDPR art. 32")
ACCESS_LOG = Keep("access_log", "2 years", "accountability, GDPR art. 5(2)")
CASES = Keep("cases", "2 years after closing", "accountability, GDPR art. 5(2)")
CHAT = Keep("chat", "1 year after the last message", "data minimisation, GDPR art. 5(1)(e)")
CART = Keep("cart", "24 hours", "only as long as somebody is buying")
MAIL_BODY = Keep("mail_body", "30 days", "to send again what got lost")
CONSENT_PROOF = Keep("consent_proof", "2 years after its last use", "proof of consent, GDPR art. 7(1)")
CPR = Keep(
    "cpr", "30 days after the certificate is settled, 6 months at most", "databeskyttelsesloven § 11(2), consent"
)
CERTIFICATE = Keep("certificate", "2 years after it was settled", "accountability, GDPR art. 5(2)")
UNTIL_TOLD = Keep("until_told", "until the person is told, at once after that", "GDPR art. 23(2)(h)")
INVITATION = Keep("invitation", "30 days after it was answered or ran out", "only as long as somebody is invited")


# --- Decisions: how a value is exported, redacted for a reader, and erased ----------------------------------------------
@dataclass(frozen=True)
class Export:
    how: str
    why: str = ""


plain = Export("plain")


def omitted(why: str) -> Export:
    """Not handed out, because it is a secret of the account (a password hash) or another person's."""
    return Export("omitted", why)


UNNAMED_STAFF = omitted("staff are not named in a person's insight (CJEU C-579/21)")


@dataclass(frozen=True)
class Redact:
    how: str


same = Redact("same")
initials = Redact("initials")
drop = Redact("drop")
year_only = Redact("year_only")


@dataclass(frozen=True)
class Erase:
    how: str
    law: str = ""
    until: str = ""


blank = Erase("blank")
delete_row = Erase("delete_row")
unlink = Erase("unlink")
destroy_key = Erase("destroy_key")
expires = Erase("expires")


def kept(law: str, until: str) -> Erase:
    """Stays after an erasure because a law says so; both words are shown on the receipt."""
    return Erase("kept", law, until)


KEPT_FOR_BOOKKEEPING = kept("bogføringsloven § 12", "five years after the end of the accounting year")


# What a table of counts says of each of its columns; `map_rules.counts_are_of_nobody` holds it to that.
COUNT_OF_USE = "numbers about nobody: how often a page or a step was used on a day"


# --- Declarations -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    name: str
    kind: str  # personal, link, freetext, derived, technical
    why: str = ""
    of: str = ""
    category: str = ""
    clause: str = ""
    purposes: Mapping[str, Basis] = field(default_factory=dict)
    recipients: frozenset[str] = frozenset()
    keep: Keep | None = None
    export: Export | None = None
    redact: Redact | None = None
    erase: Erase | None = None


@dataclass
class Table:
    """One table's declaration; `subject` is the path to the person the row is about, or empty when about nobody.

    `email` is the path to an address by which a row belongs to somebody who has no account yet: it counts only where
    `subject` leads to nobody, and only for addresses that were proven.
    """

    name: str  # database table
    subject: str
    columns: dict[str, Column] = field(default_factory=dict)
    email: str = ""

    def _add(self, column: Column) -> None:
        if column.name in self.columns:
            raise BadDeclaration(f"{self.name}.{column.name} is declared twice")
        self.columns[column.name] = column

    def technical(self, *names: str, why: str) -> None:
        for name in names:
            self._add(Column(name, "technical", why=why))

    def derived(self, name: str, *, of: str, **rest: Any) -> None:
        self._add(Column(name, "derived", of=of, **rest))

    def link(
        self, name: str, *, erase: Erase, why: str = "whom the row is about", export: Export = plain, clause: str = ""
    ) -> None:
        """A column that points at a person is personal data too."""
        self._add(Column(name, "link", why=why, export=export, erase=erase, clause=clause))

    def personal(
        self,
        name: str,
        *,
        category: str,
        clause: str,
        purposes: Mapping[str, Basis],
        keep: Keep,
        export: Export,
        redact: Redact,
        erase: Erase,
        recipients: set[str] | frozenset[str] = frozenset(),
    ) -> None:
        self._add(
            Column(
                name,
                "personal",
                category=category,
                clause=clause,
                purposes=purposes,
                recipients=frozenset(recipients),
                keep=keep,
                export=export,
                redact=redact,
                erase=erase,
            )
        )

    def freetext(
        self,
        name: str,
        *,
        clause: str,
        purposes: Mapping[str, Basis],
        keep: Keep,
        export: Export,
        redact: Redact,
        erase: Erase,
        recipients: set[str] | frozenset[str] = frozenset(),
    ) -> None:
        """Whatever people can type themselves is always personal."""
        self._add(
            Column(
                name,
                "freetext",
                category="user.content",
                clause=clause,
                purposes=purposes,
                recipients=frozenset(recipients),
                keep=keep,
                export=export,
                redact=redact,
                erase=erase,
            )
        )


class BadDeclaration(Exception):
    """A declaration that contradicts itself or the promises."""


@dataclass(frozen=True)
class Cookie:
    """A cookie of ours, or of a `party` that we bring the visitor to. `max_age_days` 0: less than a day."""

    name: str
    clause: str
    set_when: str
    max_age_days: int
    holds: str
    necessary: bool = True
    party: str = ""


@dataclass(frozen=True)
class Processor:
    """Somebody outside who handles data for us. `third` are countries outside the EEA that data may reach, and
    `safeguard` on what that rests (GDPR art. 44-49); `when` says when it happens at all."""

    name: str
    country: str
    clause: str
    sends: tuple[str, ...]
    when: str = ""
    third: tuple[str, ...] = ()
    safeguard: str = ""


@dataclass(frozen=True)
class Stream:
    """A file, log or job queue: what personal data it may hold (usually none), how long, and where: `place` are patterns
    below the data folder, or below the folder of the keys where they begin with `keys/`."""

    name: str
    holds: str
    keep: str
    clause: str = ""
    place: str = ""


class DataMap:
    """Every declaration of the house; one instance, filled by the rooms' `personal_data.py`."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.cookies: dict[str, Cookie] = {}
        self.processors: dict[str, Processor] = {}
        self.streams: dict[str, Stream] = {}
        self._loaded = False

    @contextmanager
    def model(self, model: type[models.Model], *, subject: str = "", email: str = "") -> Iterator[Table]:
        table = Table(model._meta.db_table, subject, email=email)
        yield table
        self._register(table)

    @contextmanager
    def third_party(self, label: str, *, subject: str = "") -> Iterator[Table]:
        """A table that a library brought: `label` is "app.Model"."""
        table = Table(apps.get_model(label)._meta.db_table, subject)
        yield table
        self._register(table)

    def many_to_many(self, model: type[models.Model], field_name: str, *, why: str) -> None:
        """The hidden table behind a many-to-many field that links no person."""
        through = model._meta.get_field(field_name).remote_field.through  # type: ignore[union-attr]  # a many-to-many field has one
        with self.model(through) as table:
            table.technical(*(column.name for column in through._meta.concrete_fields), why=why)

    def library_table(self, name: str, *, why: str) -> None:
        """A table without personal data that a library manages without a model, named whole."""
        table = Table(name, "")
        table.technical("*", why=why)
        self._register(table)

    def _register(self, table: Table) -> None:
        if table.name in self.tables:
            raise BadDeclaration(f"{table.name} is declared twice")
        self.tables[table.name] = table

    def cookie(
        self,
        name: str,
        *,
        clause: str,
        set_when: str,
        max_age_days: int,
        holds: str,
        necessary: bool = True,
        party: str = "",
    ) -> None:
        self.cookies[name] = Cookie(name, clause, set_when, max_age_days, holds, necessary, party)

    def processor(
        self,
        name: str,
        *,
        country: str,
        clause: str,
        sends: tuple[str, ...],
        when: str,
        third: tuple[str, ...] = (),
        safeguard: str = "",
    ) -> None:
        self.processors[name] = Processor(name, country, clause, sends, when, third, safeguard)

    def stream(self, name: str, *, holds: str, keep: str, clause: str = "", place: str = "") -> None:
        self.streams[name] = Stream(name, holds, keep, clause, place)

    def load(self) -> "DataMap":
        """Read every room's declarations; needs Django's models to be ready."""
        if not self._loaded:
            self._loaded = True
            autodiscover_modules("personal_data")
        return self


data_map = DataMap()
