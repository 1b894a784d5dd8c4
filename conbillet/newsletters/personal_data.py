"""Who gets which newsletter, for 30 days, and which addresses take none. What an issue says is the sender's own words."""

from conbillet.core.data_map import (
    CONSENT,
    CONSENT_PROOF,
    LEGITIMATE_INTEREST,
    MAIL_BODY,
    MAIL_RELAY,
    SERVICES,
    data_map,
    delete_row,
    drop,
    plain,
)

from .models import FailingAddress, Issue, Pace, Recipient

with data_map.model(Issue) as t:
    t.technical(
        "id",
        "reference",
        "organization",
        "subject_da",
        "text_da",
        "subject_en",
        "text_en",
        "on_web",
        why="texts of the sender, written to everybody, and whether they can be read on the web",
    )
    t.technical("audience", "event", why="who is meant, as a group")
    t.technical(
        "state",
        "created_at",
        "updated_at",
        "scheduled_for",
        "started_at",
        "finished_at",
        "touched_at",
        "turn",
        "recipients",
        "outcome",
        why="numbers about nobody: how far it is",
    )

with data_map.model(Recipient, subject="person", email="email") as t:
    t.technical(
        "id",
        "issue",
        "organization",
        "consent",
        "language",
        "state",
        "attempts",
        "reason_code",
        "claimed_at",
        "sent_at",
        why="which newsletter, on what consent, and how far the mail got",
    )
    t.link("person", erase=delete_row)
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes={SERVICES: CONSENT},
        recipients={MAIL_RELAY},
        keep=MAIL_BODY,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.model(FailingAddress, email="email") as t:
    t.technical(
        "id", "reason_code", "soft_count", "last_issue", "last_at", "blocked_at", why="why nothing is sent there"
    )
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes={SERVICES: LEGITIMATE_INTEREST},
        keep=CONSENT_PROOF,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.model(Pace) as t:
    t.technical("id", "free_at", why="how fast newsletters leave")
