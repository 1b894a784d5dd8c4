"""What people write to us, and what we answer."""

from conbillet.core.data_map import (
    CASES,
    CONTRACT,
    LEGITIMATE_INTEREST,
    SERVICES,
    blank,
    data_map,
    drop,
    initials,
    omitted,
    plain,
    unlink,
)

from .models import Case, CaseNote

# Who buys has a contract; anybody else who writes wants an answer.
ANSWERING = {SERVICES: LEGITIMATE_INTEREST}

with data_map.model(Case, email="email") as t:
    t.technical(
        "id",
        "reference",
        "organization",
        "event",
        "kind",
        "state",
        "language",
        "created_at",
        "due_on",
        "closed_at",
        why="what the case is about, and how far it got",
    )
    t.personal(
        "name",
        category="user.name",
        clause="collect.contact",
        purposes=ANSWERING,
        keep=CASES,
        export=plain,
        redact=initials,
        erase=blank,
    )
    t.personal(
        "email",
        category="user.email",
        clause="collect.contact",
        purposes=ANSWERING,
        keep=CASES,
        export=plain,
        redact=drop,
        erase=blank,
    )
    for name in ("subject", "text"):
        t.freetext(
            name, clause="collect.contact", purposes=ANSWERING, keep=CASES, export=plain, redact=drop, erase=blank
        )

with data_map.model(CaseNote, email="case.email") as t:
    t.technical("id", "case", "kind", "at", why="when we did what")
    t.link(
        "by",
        why="who of our staff",
        erase=unlink,
        export=omitted("staff are not named in a person's insight (CJEU C-579/21)"),
    )
    t.freetext(
        "text",
        clause="collect.contact",
        purposes={SERVICES: CONTRACT},
        keep=CASES,
        export=plain,
        redact=drop,
        erase=blank,
    )
