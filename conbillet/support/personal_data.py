"""What people write to us, and what we answer."""

from conbillet.core.data_map import (
    CASES,
    LEGITIMATE_INTEREST,
    SERVICES,
    UNNAMED_STAFF,
    blank,
    data_map,
    drop,
    initials,
    plain,
    unlink,
)

from .models import Case, CaseNote

# Who buys has a contract too; everybody who writes wants an answer.
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
        export=UNNAMED_STAFF,
    )
    t.freetext(
        "text",
        clause="collect.contact",
        purposes=ANSWERING,
        keep=CASES,
        export=plain,
        redact=drop,
        erase=blank,
    )
