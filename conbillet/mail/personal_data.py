"""Mail on its way out: to whom, and what it says, for 30 days."""

from conbillet.core.data_map import CONTRACT, MAIL_BODY, MAIL_RELAY, SERVICES, blank, data_map, drop, plain, unlink

from .models import OutgoingMail

with data_map.model(OutgoingMail, subject="person", email="recipient") as t:
    t.technical(
        "id",
        "organization",
        "kind",
        "key",
        "about",
        "language",
        "state",
        "attempts",
        "last_error",
        "created_at",
        "claimed_at",
        "sent_at",
        why="what kind of mail, and how far it got",
    )
    t.link("person", erase=unlink)
    t.personal(
        "recipient",
        category="user.email",
        clause="collect.email",
        purposes={SERVICES: CONTRACT},
        recipients={MAIL_RELAY},
        keep=MAIL_BODY,
        export=plain,
        redact=drop,
        erase=blank,
    )
    for name in ("subject", "text", "html"):
        t.freetext(
            name,
            clause="use.services",
            purposes={SERVICES: CONTRACT},
            recipients={MAIL_RELAY},
            keep=MAIL_BODY,
            export=plain,
            redact=drop,
            erase=blank,
        )

data_map.processor(
    "mail relay",
    country="DK",
    clause="use.services",
    sends=("user.email", "order and ticket facts"),
    when="the operator sends mail through somebody else's server instead of one of its own",
)
