"""What people write to us, and what we answer."""

from conbillet.core.data_map import (
    CASES,
    LEGITIMATE_INTEREST,
    SERVICES,
    UNNAMED_STAFF,
    blank,
    data_map,
    drop,
    expires,
    initials,
    plain,
    unlink,
)

from .models import Case, CaseAttachment, CaseNote, Inbox, ReceivedMail

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
        "channel",
        "language",
        "created_at",
        "due_on",
        "closed_at",
        "access_key",
        "for_child",
        "identity",
        "identity_at",
        "code_reference",
        "code_sent_at",
        "extended_at",
        "outcome",
        why="what the case is about, how far it got, and whether it was shown who asks",
    )
    t.link("identity_by", why="who of our staff made sure who asks", erase=unlink, export=UNNAMED_STAFF)
    t.personal(
        "contact_email",
        category="user.email",
        clause="collect.contact",
        purposes=ANSWERING,
        keep=CASES,
        export=plain,
        redact=drop,
        erase=blank,
    )
    t.freetext(
        "identity_how",
        clause="collect.contact",
        purposes=ANSWERING,
        keep=CASES,
        export=plain,
        redact=drop,
        erase=blank,
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

with data_map.model(CaseAttachment, email="case.email") as t:
    t.technical(
        "id", "reference", "case", "note", "kind", "size", "refused", "at", why="which file of which case, or why not"
    )
    t.freetext(
        "title", clause="collect.contact", purposes=ANSWERING, keep=CASES, export=plain, redact=drop, erase=blank
    )
    t.derived("content", of="the file that came with a mail, drawn anew", keep=CASES, erase=blank)

with data_map.model(ReceivedMail) as t:
    t.technical("id", "outcome", "why", "at", why="what became of a mail; gone after two years")
    t.derived("key", of="the mail's Message-ID, as a hash", erase=expires)

with data_map.model(Inbox) as t:
    t.technical("id", "fetched_at", "failing_since", "error", why="how fetching mail goes; nobody's data")

data_map.stream(
    "inbound mailbox",
    holds="what people write to us by mail, until it is fetched (a minute) and has become a case",
    keep="removed when its case is committed; what no person wrote: 30 days",
    clause="collect.contact",
)
