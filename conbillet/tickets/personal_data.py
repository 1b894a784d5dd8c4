"""Tickets and check-ins: the association's own record; the holder's name is the participant's."""

from conbillet.core.data_map import ACCOUNTING, CONTRACT, SERVICES, UNNAMED_STAFF, blank, data_map, drop, plain, unlink

from .models import CheckIn, HandOut, InsideCount, Ticket, TicketKey

with data_map.model(TicketKey) as t:
    t.technical(
        "id", "key_id", "public_key", "created_at", "retired_at", why="public keys that tickets are checked with"
    )

with data_map.model(Ticket, subject="participant.person", email="participant.email") as t:
    t.technical(
        "id",
        "organization",
        "event",
        "line",
        "participant",
        "reference",
        "access_key",
        "generation",
        "admits",
        "issued_at",
        "voided_at",
        "void_reason",
        why="the association's own record of a ticket",
    )

with data_map.model(CheckIn, subject="ticket.participant.person", email="ticket.participant.email") as t:
    t.technical(
        "id",
        "organization",
        "ticket",
        "event",
        "at",
        "device",
        "scan",
        "undone_at",
        "counted",
        why="the association's own record of a check-in",
    )
    t.link("by", why="who let the holder in", erase=unlink, export=UNNAMED_STAFF)
    t.link("undone_by", why="who took it back", erase=unlink, export=UNNAMED_STAFF)
    t.freetext(
        "undo_reason",
        clause="use.services",
        purposes={SERVICES: CONTRACT},
        keep=ACCOUNTING,
        export=plain,
        redact=drop,
        erase=blank,
    )

with data_map.model(InsideCount) as t:
    t.technical(*(field.name for field in InsideCount._meta.concrete_fields), why="a number of an event, no person")

with data_map.model(HandOut, subject="line.order.buyer", email="line.order.buyer_email") as t:
    t.technical("id", "organization", "line", "at", why="the association's own record of what was handed out")
    t.link("by", why="who handed it out", erase=unlink, export=UNNAMED_STAFF)

data_map.stream(
    "keys of tickets",
    holds="private keys that sign tickets: no person in them",
    keep="until the last ticket that they signed is over",
    place="keys/tickets/*",
)
