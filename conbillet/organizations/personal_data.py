"""What we hold about the people who run an association; the association itself is not a person."""

from conbillet.core.data_map import (
    ACCOUNT,
    ASSOCIATION_RECORD,
    CONTRACT,
    IDENTIFY,
    INVITATION,
    UNNAMED_STAFF,
    blank,
    data_map,
    delete_row,
    drop,
    initials,
    legal,
    plain,
    unlink,
)

from .models import Agreement, Invitation, Organization, ProcessorObjection, Role

with data_map.model(Organization) as t:
    t.technical(
        *(field.name for field in Organization._meta.concrete_fields),
        why="texts of the association about itself, meant for the public",
    )

with data_map.model(Role, subject="person") as t:
    t.technical("id", "organization", "granted_at", why="for which association, and since when")
    t.link("person", erase=delete_row)
    t.personal(
        "kind",
        category="user.role",
        clause="use.identify",
        purposes={IDENTIFY: CONTRACT},
        recipients={ASSOCIATION_RECORD},
        keep=ACCOUNT,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.link("granted_by", why="who granted it", erase=unlink, export=UNNAMED_STAFF)

with data_map.model(Agreement, subject="accepted_by") as t:
    t.technical(
        "id", "organization", "version", "text_hash", "accepted_at", why="which agreement holds, and since when"
    )
    t.link("accepted_by", why="who accepted it for the association", erase=unlink)
    t.personal(
        "accepted_name",
        category="user.name",
        clause="collect.name",
        purposes={IDENTIFY: legal("GDPR art. 28(3)")},
        recipients={ASSOCIATION_RECORD},
        keep=ACCOUNT,
        export=plain,
        redact=initials,
        erase=blank,
    )

with data_map.model(ProcessorObjection) as t:
    t.technical(
        "id", "organization", "version", "reason", "at", why="texts of the association about a change of sub-processors"
    )
    t.link("by", why="which owner wrote it", erase=unlink, export=UNNAMED_STAFF)

with data_map.model(Invitation, email="email") as t:
    t.technical(
        "id",
        "organization",
        "token_hash",
        "created_at",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
        why="the offer's state",
    )
    t.link("invited_by", why="who invited", erase=unlink, export=UNNAMED_STAFF)
    t.personal(
        "kind",
        category="user.role",
        clause="use.identify",
        purposes={IDENTIFY: CONTRACT},
        recipients={ASSOCIATION_RECORD},
        keep=INVITATION,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes={IDENTIFY: CONTRACT},
        keep=INVITATION,
        export=plain,
        redact=drop,
        erase=delete_row,
    )
