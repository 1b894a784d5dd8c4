"""What we hold about the people who run an association; the association itself is not a person."""

from conbillet.core.data_map import CONTRACT, IDENTIFY, INVITATION, data_map, delete_row, drop, plain, unlink

from .models import Invitation, Organization, Role

with data_map.model(Organization) as t:
    t.technical(
        *(field.name for field in Organization._meta.concrete_fields),
        why="texts of the association about itself, meant for the public",
    )

with data_map.model(Role, subject="person") as t:
    t.technical("id", "organization", "kind", "granted_at", why="who may act for the association")
    t.link("person", erase=delete_row)
    t.link("granted_by", why="who granted it", erase=unlink)

with data_map.model(Invitation, email="email") as t:
    t.technical(
        "id",
        "organization",
        "kind",
        "token_hash",
        "created_at",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
        why="the offer's state",
    )
    t.link("invited_by", why="who invited", erase=unlink)
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
