"""What the privacy room itself holds about persons: as little as its proofs need."""

from conbillet.core.data_map import (
    CASES,
    LEGITIMATE_INTEREST,
    SERVICES,
    UNNAMED_STAFF,
    UNTIL_TOLD,
    blank,
    data_map,
    delete_row,
    drop,
    expires,
    omitted,
    plain,
    unlink,
)

from .models import (
    AuthorityApproval,
    AuthorityCase,
    AuthorityPackage,
    AuthoritySilence,
    AuthoritySubject,
    Breach,
    BreachSubject,
    Departure,
    DepartureLine,
    DisclosedPerson,
    Disclosure,
    Erasure,
    ErasureLine,
    ErasureNotice,
    Guardianship,
    InsightPackage,
    Limit,
    RetentionRun,
)

ANSWERING_FOR_IT = {SERVICES: LEGITIMATE_INTEREST}

with data_map.model(Disclosure) as t:
    t.technical(
        "id", "organization", "event", "purpose", "form", "fields", "policy_version", "people", "at",
        why="what was handed over, when and why; about whom stands in its own rows",
    )  # fmt: skip

with data_map.model(DisclosedPerson, subject="subject_id") as t:
    t.technical("id", "organization", "disclosure", why="which hand-over")
    t.link("subject_id", erase=expires, why="about whom; the id says nothing once the person is erased")

with data_map.model(InsightPackage, subject="person", email="case.email") as t:
    t.technical(
        "id", "reference", "case", "state", "progress", "language", "token_hash", "token_tries", "asked_at", "ready_at", "expires_at",
        why="a package that was asked for, and how far it got",
    )  # fmt: skip
    t.link("person", erase=delete_row)
    t.link("asked_by", why="a guardian who asked for the child", erase=delete_row, export=omitted("another person"))

data_map.stream(
    "packages of insight",
    holds="everything that is stored about somebody who asked for it, encrypted under their own key",
    keep="7 days, or until the person is erased",
    clause="right.insight",
    place="packages/*",
)

with data_map.model(Erasure, subject="subject_id") as t:
    t.technical(
        "id", "reference", "access_key", "scope", "via", "erased_at", "backups_until", why="the receipt of an erasure"
    )
    t.link("subject_id", erase=expires, why="the id of the erasure ledger; it says nothing once the person is erased")

with data_map.model(ErasureLine) as t:
    t.technical(
        "id", "erasure", "organization", "table", "category", "outcome", "count", "law", "until",
        why="what was deleted and what is kept, in counts",
    )  # fmt: skip

with data_map.model(ErasureNotice) as t:
    t.technical(
        "id", "organization", "erasure_reference", "orders", "members", "told_at",
        why="which of an association's own orders and member numbers an erasure was about; nobody's name",
    )  # fmt: skip

with data_map.model(Guardianship, subject="child") as t:
    t.technical("id", "basis", "since_at", why="how and since when")
    t.link("guardian", why="who acts for the child", erase=delete_row)
    t.link("child", erase=delete_row)

with data_map.model(Limit, subject="person", email="email") as t:
    t.technical("id", "case", "from_at", "until_at", why="of which case, from when to when")
    t.link("person", erase=delete_row)
    for name in ("kind", "purpose"):
        t.personal(
            name,
            category="user.status",
            clause="use.services",
            purposes=ANSWERING_FOR_IT,
            keep=CASES,
            export=plain,
            redact=drop,
            erase=delete_row,
        )
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=ANSWERING_FOR_IT,
        keep=CASES,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

# What happened is written about a system, not about a person; whom it concerns stands in rows of its own.
with data_map.model(Breach) as t:
    t.technical(
        "id", "reference", "organization", "discovered_at", "report_by_at", "noticed_by", "written_at", "happened",
        "data_kinds", "about_people", "consequences", "measures", "risk", "reported_at", "report_number", "late_why",
        "not_reported_why", "told_da", "told_en", "telling_at", "persons_told_at", "not_told_why", "closed_at",
        why="texts of the operator about an incident, kept for the authority (GDPR art. 33(5))",
    )  # fmt: skip
    t.link("written_by", why="who of our staff wrote it down", erase=unlink, export=UNNAMED_STAFF)

with data_map.model(BreachSubject, subject="subject_id", email="email") as t:
    t.technical("id", "breach", "told_at", why="which breach, and when the person was told")
    t.link("subject_id", erase=expires, why="whom the breach concerns")
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=ANSWERING_FOR_IT,
        keep=CASES,
        export=plain,
        redact=drop,
        erase=blank,
    )

with data_map.model(AuthorityCase, subject="subjects.subject_id") as t:
    t.technical(
        "id", "reference", "state", "from_date", "to_date", "silence_until", "received_on", "opened_at", "told_at",
        "closed_at", why="how far the request got",
    )  # fmt: skip
    t.link("requested_by", why="who of our staff wrote it down", erase=unlink, export=UNNAMED_STAFF)
    for name in ("authority", "their_reference", "legal_ground", "request", "categories", "silence_why"):
        t.freetext(
            name,
            clause="disclose.authorities",
            purposes=ANSWERING_FOR_IT,
            keep=CASES,
            export=omitted("told to the person when the case allows it"),
            redact=drop,
            erase=expires,
        )

with data_map.model(AuthoritySilence, subject="case.subjects.subject_id") as t:
    t.technical("id", "case", "silence_until", "asked_at", "agreed", "decided_at", why="until when, and how it was decided")
    t.link("asked_by", why="who of our staff asked for it", erase=unlink, export=UNNAMED_STAFF)
    t.link("decided_by", why="who of our staff decided", erase=unlink, export=UNNAMED_STAFF)
    t.freetext(
        "silence_why",
        clause="disclose.authorities",
        purposes=ANSWERING_FOR_IT,
        keep=CASES,
        export=omitted("told to the person when the case allows it"),
        redact=drop,
        erase=expires,
    )

with data_map.model(AuthoritySubject, subject="subject_id", email="email") as t:
    t.technical("id", "case", why="which request")
    t.link("subject_id", erase=expires, why="whom the request names", export=omitted("told when the case allows it"))
    t.personal(
        "email",
        category="user.email",
        clause="disclose.authorities",
        purposes=ANSWERING_FOR_IT,
        keep=CASES,
        export=omitted("told to the person when the case allows it"),
        redact=drop,
        erase=expires,
    )

    # Of somebody who was erased before they may be told: sealed, and destroyed when they are (decision 26).
    t.personal(
        "sealed_contact",
        category="user.email",
        clause="disclose.authorities",
        purposes=ANSWERING_FOR_IT,
        keep=UNTIL_TOLD,
        export=omitted("told to the person when the case allows it"),
        redact=drop,
        erase=expires,
    )

with data_map.model(AuthorityApproval) as t:
    t.technical("id", "case", "approves", "at", why="yes or no, and when")
    t.link("by", why="who of our staff decided", erase=unlink, export=UNNAMED_STAFF)

with data_map.model(AuthorityPackage) as t:
    t.technical("id", "case", "sha256", "made_at", "delivered_at", why="which bytes were handed over")

data_map.stream(
    "packages for authorities",
    holds="what an approved request covers, encrypted under a key outside the database",
    keep="30 days after it was handed over",
    clause="disclose.authorities",
    place="authorities/*",
)

with data_map.model(Departure) as t:
    t.technical(
        "id", "reference", "organization", "title", "cvr", "asked_at", "agreed_at", "by_owner", "reason", "delete_on",
        "sha256", "handed_over_at", "withdrawn_at", "deleted_at", "rows_deleted", "kept_until",
        why="texts of the operator about an association that leaves",
    )  # fmt: skip
    t.link("agreed_by", why="who agreed: an owner, or our staff", erase=unlink, export=UNNAMED_STAFF)

with data_map.model(DepartureLine) as t:
    t.technical(
        "id", "departure", "outcome", "table", "count", "amount", "month", "law", "until",
        why="what was deleted and what is kept, in counts and sums",
    )  # fmt: skip

data_map.stream(
    "packages of associations that leave",
    holds="the association's own records, encrypted under a key outside the database",
    keep="until the day on which the association is deleted here",
    clause="disclose.organization",
    place="departures/*",
)

with data_map.model(RetentionRun) as t:
    t.technical("id", "organization", "rule", "ran_on", "rows", why="how much was deleted by which rule")
