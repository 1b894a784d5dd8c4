"""What each clause of the policy claims about the data map, as predicates. `docs/privacy/proofs.md` is made from this table.

A clause without an entry fails, an entry whose predicate does not hold fails, and `tests/proving.py` wants at least one
test marked `@pytest.mark.proves("<clause>")` for each clause besides. A pending clause claims nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conbillet.core.data_map import (
    ASSOCIATION,
    ASSOCIATION_RECORD,
    COUNT_OF_USE,
    MAIL_RELAY,
    SIX_FIELDS,
    STRIPE,
    Column,
    DataMap,
)

from .policy_texts import Library


@dataclass(frozen=True)
class Predicate:
    """A claim about the map, in words, and whether it holds."""

    says: str
    holds: Callable[[DataMap], bool]


# Retention as the clause `also.retention` tells it: every rule of the map, and no other.
PERIODS = {
    "account": "until deleted; removed after 3 years unused",
    "accounting": "5 years from the end of the association's accounting year",
    "member_evidence": "5 years after leaving",
    "member_contact": "1 year after leaving",
    "sign_in": "180 days",
    "access_log": "2 years",
    "cases": "2 years after closing",
    "cart": "24 hours",
    "chat": "1 year after the last message",
    "mail_body": "30 days",
    "consent_proof": "2 years after its last use",
    "until_told": "until the person is told, at once after that",
    "certificate": "2 years after it was settled",
    "cpr": "30 days after the certificate is settled, 6 months at most",
    "invitation": "30 days after it was answered or ran out",
}
# What an association never gets, neither through the one door nor in its own record.
NEVER_THE_ASSOCIATIONS = {"user.ip", "user.device", "user.sign_in", "user.session", "user.secret", "user.cookie"}


def _columns(map_: DataMap) -> Iterator[tuple[str, Column]]:
    for table in map_.tables.values():
        for column in table.columns.values():
            yield table.name, column


def collects(clause: str, *categories: str) -> Predicate:
    """The clause collects exactly these categories."""

    def holds(map_: DataMap) -> bool:
        return {column.category for _, column in _columns(map_) if column.clause == clause} == set(categories)

    return Predicate(f"columns of this clause hold exactly: {', '.join(categories)}", holds)


def collected_under(category: str, *clauses: str) -> Predicate:
    """The category is collected under these clauses only."""

    def holds(map_: DataMap) -> bool:
        return {column.clause for _, column in _columns(map_) if column.category == category} == set(clauses)

    return Predicate(f"{category} is collected under no other clause than {', '.join(clauses)}", holds)


def bases(purpose: str, *articles: str) -> Predicate:
    """The purpose rests on exactly these points of GDPR article 6."""

    def holds(map_: DataMap) -> bool:
        found = {column.purposes[purpose].article for _, column in _columns(map_) if purpose in column.purposes}
        return found == set(articles)

    on = f"rests on exactly: GDPR art. {', '.join(articles)}" if articles else "needs no personal column"
    return Predicate(f"the purpose {on}", holds)


def counts(table: str, *columns: str) -> Predicate:
    """The table counts by exactly this, about nobody."""

    def holds(map_: DataMap) -> bool:
        found = map_.tables.get(table)
        return (
            found is not None
            and not (found.subject or found.email)
            and set(found.columns) == {"id", *columns}
            and all(column.kind == "technical" and column.why == COUNT_OF_USE for column in found.columns.values())
        )

    return Predicate(f"{table} counts by exactly: {', '.join(columns)}; nothing in it is about anybody", holds)


def statistics(table: str, *columns: str) -> Predicate:
    """The table keeps exactly this, and all of it is declared as numbers about nobody."""

    def holds(map_: DataMap) -> bool:
        found = map_.tables.get(table)
        return (
            found is not None
            and not (found.subject or found.email)
            and set(found.columns) == {"id", *columns}
            and all(one.kind == "technical" and one.why.startswith("numbers about nobody") for one in found.columns.values())
        )

    return Predicate(f"{table} keeps exactly: {', '.join(columns)}; nothing in it leads to anybody", holds)


def cookies(clause: str, *names: str, of: str = "") -> Predicate:
    """The cookies of the clause are exactly these, all of them necessary, and of this party (nobody's but ours)."""

    def holds(map_: DataMap) -> bool:
        found = [cookie for cookie in map_.cookies.values() if cookie.clause == clause]
        return {one.name for one in found} == set(names) and all(one.necessary and one.party == of for one in found)

    return Predicate(f"its cookies are exactly {', '.join(names)}, all necessary, set by {of or 'us'}", holds)


def lasts(days: int, *names: str) -> Predicate:
    """The cookies live for so many days."""
    return Predicate(
        f"{' and '.join(names)} live{'s' if len(names) == 1 else ''} for {days or 'less than one'} days",
        lambda map_: all(name in map_.cookies and map_.cookies[name].max_age_days == days for name in names),
    )


def processor(name: str, country: str, clause: str, *sends: str, third: str = "") -> Predicate:
    """The processor is declared, in that country, gets exactly this, and may send it on to no other country than `third`."""

    def holds(map_: DataMap) -> bool:
        found = map_.processors.get(name)
        wanted = (country, clause, sends, tuple(third.split()))
        return found is not None and (found.country, found.clause, found.sends, found.third) == wanted

    onward = f", who may send it on to {third}" if third else ""
    return Predicate(
        f"{name} is declared as a processor in {country}{onward}, and gets exactly: {'; '.join(sends)}", holds
    )


def only_processors(*names: str) -> Predicate:
    """Nobody else is told anything."""
    return Predicate(f"the processors are exactly {', '.join(names)}", lambda map_: set(map_.processors) == set(names))


def receives(recipient: str, *categories: str) -> Predicate:
    """The recipient is declared for exactly these categories."""

    def holds(map_: DataMap) -> bool:
        return {column.category for _, column in _columns(map_) if recipient in column.recipients} == set(categories)

    return Predicate(f"{recipient} gets exactly: {', '.join(sorted(categories))}", holds)


def never_receives(categories: set[str], *recipients: str) -> Predicate:
    """None of the recipients is declared for any of the categories."""

    def holds(map_: DataMap) -> bool:
        return not any(
            column.category in categories and column.recipients & {*recipients} for _, column in _columns(map_)
        )

    return Predicate(f"{' and '.join(recipients)} never get {', '.join(sorted(categories))}", holds)


def keeps(category: str, rule: str) -> Predicate:
    """Every column of the category goes by that retention rule."""

    def holds(map_: DataMap) -> bool:
        found = {column.keep.name for _, column in _columns(map_) if column.category == category and column.keep}
        return found == {rule}

    return Predicate(f"{category} is kept by the rule {rule} only", holds)


def keeps_for(table: str, column: str, rule: str) -> Predicate:
    """That one column goes by that retention rule."""

    def holds(map_: DataMap) -> bool:
        found = map_.tables[table].columns.get(column) if table in map_.tables else None
        return found is not None and found.keep is not None and found.keep.name == rule

    return Predicate(f"{table}.{column} is kept by the rule {rule}", holds)


def retention(periods: dict[str, str]) -> Predicate:
    """The retention rules of the map are these, word for word."""

    def holds(map_: DataMap) -> bool:
        return {(column.keep.name, column.keep.period) for _, column in _columns(map_) if column.keep} == set(
            periods.items()
        )

    return Predicate(f"the retention rules are exactly these {len(periods)}: {', '.join(sorted(periods))}", holds)


def has(table: str, *columns: str) -> Predicate:
    """The table is declared with these columns."""

    def holds(map_: DataMap) -> bool:
        return table in map_.tables and set(columns) <= set(map_.tables[table].columns)

    return Predicate(f"{table} has {', '.join(columns)}", holds)


def no_column(table: str, *columns: str) -> Predicate:
    """The table is there, and knows nothing of the kind."""

    def holds(map_: DataMap) -> bool:
        return table in map_.tables and not set(columns) & set(map_.tables[table].columns)

    return Predicate(f"{table} has none of {', '.join(columns)}", holds)


def reads_not(table: str, *recipients: str) -> Predicate:
    """None of the recipients gets anything of the table."""

    def holds(map_: DataMap) -> bool:
        return table in map_.tables and not any(
            column.recipients & {*recipients} for column in map_.tables[table].columns.values()
        )

    return Predicate(f"{' and '.join(recipients)} get nothing of {table}", holds)


def every_column(says: str, rule: Callable[[Column], bool]) -> Predicate:
    """The rule holds for every column with personal data."""

    def holds(map_: DataMap) -> bool:
        personal = [column for _, column in _columns(map_) if column.kind in {"personal", "freetext"}]
        return bool(personal) and all(rule(column) for column in personal)

    return Predicate(says, holds)


CLOUDFLARE = processor(
    "cloudflare", "US", "cookie.cloudflare", "internet address",
    "everything that passes between browser and server, when it is switched on", third="US",
)  # fmt: skip
STRIPE_ITSELF = processor(
    "stripe", "IE", "cookie.stripe", "user.email", "order reference", "order lines and total", third="US"
)
HETZNER = processor("hetzner", "DE", "storage.servers", "the servers stand there; nothing is sent on")

CLAUSES: dict[str, tuple[Predicate, ...]] = {
    "policy.dates": (has("consents_policyversion", "updated_on", "effective_on", "published_at"),),
    "policy.full_and_short": (has("consents_policyversion", "text_hash"),),
    "policy.previous": (has("consents_policyversion", "text_hash", "previous_hash"),),
    "role.processor": (
        has("organizations_agreement", "organization", "version", "text_hash", "accepted_by", "accepted_at"),
        has("organizations_processorobjection", "organization", "version", "reason"),
        has("privacy_departure", "organization", "delete_on", "deleted_at"),
    ),
    "also.controller": (collects("cookie.login", "user.secret", "user.session"),),
    "cookie.consent": (
        cookies("cookie.consent", "consent"),
        lasts(365, "consent"),
        collects("cookie.consent", "user.cookie", "user.consent"),
    ),
    "cookie.login": (cookies("cookie.login", "login"), lasts(30, "login")),
    "cookie.support": (cookies("cookie.support", "support"), lasts(30, "support")),
    "cookie.cloudflare": (
        cookies("cookie.cloudflare", "__cf_bm", "cf_clearance", of="CloudFlare"),
        lasts(0, "__cf_bm", "cf_clearance"),
        CLOUDFLARE,
    ),
    "cookie.stripe": (
        cookies("cookie.stripe", "__stripe_mid", "__stripe_sid", "m", of="Stripe"),
        lasts(365, "__stripe_mid"),
        lasts(0, "__stripe_sid"),
        lasts(400, "m"),
        STRIPE_ITSELF,
        receives(STRIPE, "user.email"),
    ),
    "collect.when": (
        every_column("every personal column says why it is asked and how long it is kept", lambda c: bool(c.clause and c.keep)),
    ),
    "collect.name": (collects("collect.name", "user.name"),),
    "collect.address": (
        collects("collect.address", "user.address", "user.postcode", "user.municipality"),
        collected_under("user.address", "collect.address"),
    ),
    "collect.cpr": (
        collects("collect.cpr", "user.cpr", "user.certificate"),
        collected_under("user.cpr", "collect.cpr"),
        keeps("user.cpr", "cpr"),
        keeps("user.certificate", "certificate"),
    ),
    "collect.email": (collects("collect.email", "user.email"),),
    "collect.birth_date": (
        collects("collect.birth_date", "user.birth_date"),
        collected_under("user.birth_date", "collect.birth_date"),
    ),
    "collect.gender": (collects("collect.gender", "user.gender"), collected_under("user.gender", "collect.gender")),
    "collect.phone": (
        collects("collect.phone", "user.phone"),
        collected_under("user.phone", "collect.phone"),
        never_receives({"user.phone"}, ASSOCIATION),
    ),
    "collect.ip": (
        collects("collect.ip", "user.ip"),
        collected_under("user.ip", "collect.ip"),
        keeps("user.ip", "sign_in"),
    ),
    "collect.devices": (collects("collect.devices", "user.device", "user.sign_in"), keeps("user.device", "sign_in")),
    "collect.contact": (collects("collect.contact", "user.name", "user.email", "user.content"),),
    "use.identify": (bases("use.identify", "6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(f)"),),
    "use.purchases": (bases("use.purchases", "6(1)(b)", "6(1)(c)"),),
    "use.services": (
        bases("use.services", "6(1)(a)", "6(1)(b)", "6(1)(f)"),
        has("consents_marketingconsent", "organization", "event", "method", "text_hash", "at"),
        has("newsletters_recipient", "issue", "consent", "email"),
        has("newsletters_failingaddress", "email", "blocked_at"),
        no_column("newsletters_recipient", "opened_at", "clicked_at", "link", "ip", "user_agent"),
        reads_not("newsletters_recipient", ASSOCIATION, ASSOCIATION_RECORD),
    ),
    "use.member_documentation": (
        bases("use.member_documentation", "6(1)(b)"),
        collects("use.member_documentation", "user.member_number", "user.relation"),
        has("memberships_memberdocumentation", "year", "rules", "numbers", "numbers_sha256", "list_sha256", "seed"),
        has("memberships_documentedmember", "counts", "reason_code", "name", "birth_date", "street"),
        has("memberships_member", "left_on", "wants_reminders"),
        has("privacy_disclosedperson", "disclosure"),
        keeps("user.member_number", "member_evidence"),
        reads_not("memberships_memberdocumentation", STRIPE),
    ),
    "use.improve": (
        counts("usage_shopcount", "organization", "event", "day", "step", "detail", "language", "times"),
        counts("usage_sitecount", "day", "page", "language", "times"),
        bases("use.improve"),
    ),
    "disclose.organization": (
        receives(ASSOCIATION, *SIX_FIELDS),
        never_receives(NEVER_THE_ASSOCIATIONS, ASSOCIATION, ASSOCIATION_RECORD),
        has("privacy_disclosure", "organization", "purpose", "fields", "policy_version", "at"),
        has("privacy_disclosedperson", "disclosure", "subject_id"),
    ),
    "disclose.statistics": (
        statistics("statistics_tableedition", "organization", "event", "year", "table", "part", "least", "people", "shown", "taken_at"),
    ),
    "disclose.authorities": (
        has("privacy_authoritycase", "authority", "legal_ground", "requested_by"),
        has("privacy_authorityapproval", "case", "by", "approves"),
        has("privacy_authoritypackage", "sha256"),
        has("privacy_authoritysilence", "silence_why", "silence_until", "asked_by", "decided_by"),
        keeps_for("privacy_authoritysubject", "sealed_contact", "until_told"),
    ),
    "also.processors": (
        only_processors("stripe", "cloudflare", "hetzner", "mail relay"),
        CLOUDFLARE,
        STRIPE_ITSELF,
        HETZNER,
        processor("mail relay", "DK", "use.services", "user.email", "order and ticket facts"),
        receives(MAIL_RELAY, "user.email", "user.content"),
    ),
    "right.insight": (
        every_column("every personal column says how it is exported", lambda c: c.export is not None),
        has("privacy_insightpackage", "person", "state", "expires_at"),
    ),
    "right.deletion": (
        every_column("every personal column says how it is erased", lambda c: c.erase is not None),
        every_column(
            "what is kept names its law and its period",
            lambda c: c.erase is not None and (c.erase.how != "kept" or bool(c.erase.law and c.erase.until)),
        ),
        has("privacy_erasure", "subject_id", "erased_at", "backups_until"),
    ),
    "also.rights": (has("privacy_limit", "person", "kind", "from_at"),),
    "also.complaint": (has("support_case", "email"),),
    "also.retention": (retention(PERIODS),),
    "storage.servers": (HETZNER,),
    "storage.backups": (processor("amazon s3", "IE", "storage.backups", "encrypted backups; Amazon has no key"),),
}  # fmt: skip


def unproven(library: Library, map_: DataMap, ids: list[str]) -> list[str]:
    """Clauses without predicates, predicates of no clause, and claims that the map does not bear out."""
    found = [f"{id} has no predicate over the data map" for id in ids if id not in CLAUSES]
    found += [f"{id} has predicates, but is no clause" for id in CLAUSES if id not in ids]
    for id in ids:
        if id not in library.pending:
            found += [
                f"{id}: not true of the data map: {one.says}" for one in CLAUSES.get(id, ()) if not one.holds(map_)
            ]
    return found
