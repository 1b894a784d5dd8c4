"""What we hold about a person and an account, the sign-in libraries' tables included."""

from conbillet.core.data_map import (
    ACCOUNT,
    CONTRACT,
    IDENTIFY,
    LEGITIMATE_INTEREST,
    MEMBER_DOCUMENTATION,
    SERVICES,
    SIGN_IN,
    data_map,
    delete_row,
    drop,
    initials,
    omitted,
    plain,
    same,
    year_only,
)

from .models import Account, EmailProof, Person, StaffRole

SIGNING_IN = {IDENTIFY: CONTRACT}
SECURING = {IDENTIFY: LEGITIMATE_INTEREST}

with data_map.model(Person, subject="id") as t:
    t.technical("id", "created_at", "updated_at", why="row key and row dates")
    t.personal(
        "name",
        category="user.name",
        clause="collect.name",
        purposes={IDENTIFY: CONTRACT, MEMBER_DOCUMENTATION: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=initials,
        erase=delete_row,
    )
    t.personal(
        "badge_name",
        category="user.name",
        clause="collect.name",
        purposes={SERVICES: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=initials,
        erase=delete_row,
    )
    t.personal(
        "birth_date",
        category="user.birth_date",
        clause="collect.birth_date",
        purposes={IDENTIFY: CONTRACT, MEMBER_DOCUMENTATION: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=year_only,
        erase=delete_row,
    )
    t.personal(
        "gender",
        category="user.gender",
        clause="collect.gender",
        purposes={MEMBER_DOCUMENTATION: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "phone",
        category="user.phone",
        clause="collect.phone",
        purposes={SERVICES: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    for name in ("street", "city", "country"):
        t.personal(
            name,
            category="user.address",
            clause="collect.address",
            purposes={MEMBER_DOCUMENTATION: CONTRACT},
            keep=ACCOUNT,
            export=plain,
            redact=drop,
            erase=delete_row,
        )
    t.personal(
        "postcode",
        category="user.postcode",
        clause="collect.address",
        purposes={MEMBER_DOCUMENTATION: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=same,
        erase=delete_row,
    )
    t.personal(
        "language",
        category="user.language",
        clause="use.services",
        purposes={SERVICES: CONTRACT},
        keep=ACCOUNT,
        export=plain,
        redact=same,
        erase=delete_row,
    )

with data_map.model(Account, subject="person") as t:
    t.technical("id", "created_at", why="row key and date")
    t.link("person", erase=delete_row)
    t.personal(
        "is_active",
        category="user.status",
        clause="use.identify",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "password",
        category="user.secret",
        clause="use.identify",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=omitted("a hash that only helps a thief"),
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "last_login",
        category="user.sign_in",
        clause="collect.devices",
        purposes=SECURING,
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.model(StaffRole, subject="account.person") as t:
    t.technical("id", "granted_at", why="since when")
    t.link("account", erase=delete_row)
    t.personal(
        "kind",
        category="user.role",
        clause="use.identify",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.model(EmailProof, subject="person") as t:
    t.technical("id", "method", "proven_at", why="how and when an address was confirmed")
    t.link("person", erase=delete_row)
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.third_party("account.EmailAddress", subject="user.person") as t:
    t.technical("id", "verified", "primary", why="the address's state")
    t.link("user", erase=delete_row)
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.third_party("account.EmailConfirmation", subject="email_address.user.person") as t:
    t.technical("id", "created", "sent", "email_address", why="when a confirmation was asked for")
    t.personal(
        "key",
        category="user.secret",
        clause="use.identify",
        purposes=SIGNING_IN,
        keep=SIGN_IN,
        export=omitted("a one-time secret"),
        redact=drop,
        erase=delete_row,
    )

with data_map.third_party("mfa.Authenticator", subject="user.person") as t:
    t.technical("id", "type", "created_at", "last_used_at", why="which second factor, and when it was used")
    t.link("user", erase=delete_row)
    t.personal(
        "data",
        category="user.secret",
        clause="use.identify",
        purposes=SIGNING_IN,
        keep=ACCOUNT,
        export=omitted("secrets of the second factor"),
        redact=drop,
        erase=delete_row,
    )

with data_map.third_party("usersessions.UserSession", subject="user.person") as t:
    t.technical("id", "created_at", "last_seen_at", why="when the device was used")
    t.link("user", erase=delete_row)
    t.personal(
        "ip",
        category="user.ip",
        clause="collect.ip",
        purposes=SECURING,
        keep=SIGN_IN,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "user_agent",
        category="user.device",
        clause="collect.devices",
        purposes=SECURING,
        keep=SIGN_IN,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "session_key",
        category="user.secret",
        clause="cookie.login",
        purposes=SIGNING_IN,
        keep=SIGN_IN,
        export=omitted("a live key to the account"),
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "data",
        category="user.device",
        clause="collect.devices",
        purposes=SECURING,
        keep=SIGN_IN,
        export=plain,
        redact=drop,
        erase=delete_row,
    )

with data_map.third_party("sessions.Session", subject="session_data") as t:
    t.technical("expire_date", why="when the session ends")
    t.personal(
        "session_key",
        category="user.secret",
        clause="cookie.login",
        purposes=SIGNING_IN,
        keep=SIGN_IN,
        export=omitted("a live key to the account"),
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "session_data",
        category="user.session",
        clause="cookie.login",
        purposes=SIGNING_IN,
        keep=SIGN_IN,
        export=omitted("cart references, language and sign-in state"),
        redact=drop,
        erase=delete_row,
    )

for label in ("auth.Group", "auth.Permission", "auth.Group_permissions"):
    with data_map.third_party(label) as t:
        t.technical("*", why="a table of the framework that ConBillet leaves empty of persons")

data_map.cookie(
    "login",
    clause="cookie.login",
    set_when="a cart is begun, a form is opened or somebody signs in",
    max_age_days=30,
    holds="a random key to the session: sign-in, cart, language, form protection",
)
