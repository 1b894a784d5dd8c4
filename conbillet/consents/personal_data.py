"""Proofs of what people accepted and consented to, and anonymous cookie receipts."""

from conbillet.core.data_map import (
    CONSENT,
    CONSENT_PROOF,
    LEGITIMATE_INTEREST,
    SERVICES,
    data_map,
    delete_row,
    drop,
    expires,
    plain,
    unlink,
)

from .models import Acceptance, ConsentReceipt, MarketingConsent, PolicyVersion

with data_map.model(PolicyVersion) as t:
    t.technical(
        "id",
        "document",
        "updated_on",
        "effective_on",
        "text_hash",
        "previous_hash",
        "published_at",
        why="published versions of the policy",
    )

with data_map.model(Acceptance, subject="person") as t:
    t.technical("id", "document", "version", "about", "accepted_at", why="what was accepted, and when")
    t.link("person", erase=unlink)

with data_map.model(ConsentReceipt, subject="reference") as t:
    t.technical("id", "policy_version", "text_hash", "method", "given_at", why="which text was answered, how and when")
    t.personal(
        "reference",
        category="user.cookie",
        clause="cookie.consent",
        purposes={SERVICES: LEGITIMATE_INTEREST},
        keep=CONSENT_PROOF,
        export=plain,
        redact=drop,
        erase=expires,
    )
    t.personal(
        "choices",
        category="user.consent",
        clause="cookie.consent",
        purposes={SERVICES: LEGITIMATE_INTEREST},
        keep=CONSENT_PROOF,
        export=plain,
        redact=drop,
        erase=expires,
    )

with data_map.model(MarketingConsent, subject="person", email="email") as t:
    t.technical("id", "reference", "organization", why="the event's own name, and whose news it is about")
    t.technical("text_version", "text_hash", "language", "method", "at", why="which text was answered, how and when")
    t.link("person", erase=delete_row)
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes={SERVICES: CONSENT},
        keep=CONSENT_PROOF,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    for name in ("purpose", "event"):
        t.personal(
            name,
            category="user.consent",
            clause="use.services",
            purposes={SERVICES: CONSENT},
            keep=CONSENT_PROOF,
            export=plain,
            redact=drop,
            erase=delete_row,
        )

data_map.cookie(
    "consent",
    clause="cookie.consent",
    set_when="a visitor answers the question about cookies",
    max_age_days=365,
    holds="a random id of the receipt and the answer",
)
