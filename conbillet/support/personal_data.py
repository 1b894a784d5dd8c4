"""What people write to us, and what we answer."""

from typing import Any

from conbillet.core.data_map import (
    ASSOCIATION_RECORD,
    CASES,
    CHAT,
    LEGITIMATE_INTEREST,
    SERVICES,
    UNNAMED_STAFF,
    blank,
    data_map,
    delete_row,
    drop,
    expires,
    initials,
    omitted,
    plain,
    unlink,
)

from .models import (
    AgentPresence,
    CannedAnswer,
    Case,
    CaseAttachment,
    CaseNote,
    Chat,
    ChatFile,
    ChatMessage,
    Inbox,
    ReceivedMail,
)

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

# --- Conversations: whoever people write to reads what they write, and no other association ---------------------------------
TALKING: dict[str, Any] = {
    "clause": "collect.contact",
    "purposes": ANSWERING,
    "recipients": {ASSOCIATION_RECORD},
    "keep": CHAT,
    "export": plain,
}

with data_map.model(Chat, subject="person", email="email") as t:
    t.technical(
        "id",
        "reference",
        "organization",
        "token_hash",
        "state",
        "language",
        "order",
        "order_proof",
        "case",
        "taken_at",
        "opened_at",
        "last_at",
        "waiting_since_at",
        "visitor_seen_at",
        "last_number",
        "closed_at",
        "rating",
        why="with whom somebody talks, about which order, and how far it got",
    )
    t.link("person", why="who asks, when they are logged in", erase=delete_row)
    t.link(
        "subject_id",
        why="under whose key it is sealed: the person's, or one of the conversation's own",
        erase=expires,
        export=omitted("a number that says nothing"),
    )
    t.link("agent", why="who of the staff answers", erase=unlink, export=UNNAMED_STAFF)
    t.personal("name", category="user.name", redact=initials, erase=delete_row, **TALKING)
    t.personal("email", category="user.email", redact=drop, erase=delete_row, **TALKING)

with data_map.model(ChatMessage, subject="chat.person", email="chat.email") as t:
    t.technical("id", "organization", "chat", "number", "key", "by", "event", "at", why="the order of what was said")
    t.link("agent", why="who of the staff said it", erase=unlink, export=UNNAMED_STAFF)
    t.freetext("body", redact=drop, erase=delete_row, **TALKING)

with data_map.model(ChatFile, subject="chat.person", email="chat.email") as t:
    t.technical(
        "id", "reference", "organization", "chat", "message", "kind", "size", "at", why="which file of which message"
    )
    t.derived("content", of="the file that came with a message, drawn anew and sealed", keep=CHAT, erase=delete_row)

with data_map.model(AgentPresence, subject="person") as t:
    t.technical("id", "organization", "until_at", why="where somebody of the staff answers; gone within an hour")
    t.link("person", why="who is there", erase=delete_row)

with data_map.model(CannedAnswer) as t:
    t.technical("id", "organization", "title", "text_da", "text_en", why="texts of the association or the desk")

data_map.cookie(
    "support",
    clause="cookie.support",
    set_when="a visitor begins a chat",
    max_age_days=30,
    holds="a random key to the visitor's own conversations",
)
