"""Orders, whom their lines are for, and receipts: the association's own record of its sales."""

from conbillet.core.data_map import (
    ACCOUNTING,
    ASSOCIATION,
    ASSOCIATION_RECORD,
    BOOKKEEPING,
    CART,
    CONTRACT,
    KEPT_FOR_BOOKKEEPING,
    MEMBER_DOCUMENTATION,
    PURCHASES,
    SERVICES,
    STRIPE,
    UNNAMED_STAFF,
    blank,
    data_map,
    drop,
    initials,
    plain,
    same,
    unlink,
    year_only,
)

from .models import (
    BookedOnDay,
    Cancellation,
    Cart,
    CartLine,
    EventRefund,
    HeldUnits,
    Hold,
    Order,
    OrderLine,
    Participant,
    Receipt,
    ReceiptCounter,
    ReceiptsOnDay,
    SoldOnDay,
)

BUYING = {PURCHASES: CONTRACT}
BOOKS = {PURCHASES: BOOKKEEPING}

with data_map.model(Cart, subject="person") as t:
    t.technical(
        "id",
        "organization",
        "event",
        "reference",
        "created_at",
        "changed_at",
        "ordered_at",
        why="what is about to be bought",
    )
    t.link("person", erase=unlink)
    t.personal(
        "language",
        category="user.language",
        clause="use.services",
        purposes={SERVICES: CONTRACT},
        keep=CART,
        export=plain,
        redact=same,
        erase=blank,
    )

for model in (CartLine, Hold, HeldUnits, ReceiptCounter, SoldOnDay, BookedOnDay, ReceiptsOnDay):
    with data_map.model(model) as t:
        t.technical(*(field.name for field in model._meta.concrete_fields), why="products and numbers, no person")

with data_map.model(Order, subject="buyer", email="buyer_email") as t:
    t.technical(
        "id",
        "organization",
        "event",
        "reference",
        "access_key",
        "cart",
        "email_confirmed_at",
        "language",
        "state",
        "method",
        "amount",
        "vat_amount",
        "currency",
        "placed_at",
        "pay_by_at",
        "paid_at",
        "ended_at",
        "counted",
        why="the association's own record of the sale",
    )
    t.link("buyer", erase=unlink)
    t.personal(
        "buyer_name",
        category="user.name",
        clause="collect.name",
        purposes=BOOKS,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=initials,
        erase=KEPT_FOR_BOOKKEEPING,
    )
    t.personal(
        "buyer_email",
        category="user.email",
        clause="collect.email",
        purposes=BUYING,
        recipients={ASSOCIATION, STRIPE},
        keep=ACCOUNTING,
        export=plain,
        redact=drop,
        erase=blank,
    )
    for name in ("buyer_street", "buyer_city", "buyer_country"):
        t.personal(
            name,
            category="user.address",
            clause="collect.address",
            purposes=BOOKS,
            recipients={ASSOCIATION},
            keep=ACCOUNTING,
            export=plain,
            redact=drop,
            erase=KEPT_FOR_BOOKKEEPING,
        )
    t.personal(
        "buyer_postcode",
        category="user.postcode",
        clause="collect.address",
        purposes=BOOKS,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=same,
        erase=KEPT_FOR_BOOKKEEPING,
    )

with data_map.model(Participant, subject="person", email="email") as t:
    t.technical("id", "organization", "order", "claim_key", "claimed_at", why="the row and its claim link")
    t.link("person", erase=unlink)
    t.personal(
        "name",
        category="user.name",
        clause="collect.name",
        purposes=BUYING,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=initials,
        erase=blank,
    )
    t.personal(
        "badge_name",
        category="user.name",
        clause="collect.name",
        purposes=BUYING,
        recipients={ASSOCIATION_RECORD},
        keep=ACCOUNTING,
        export=plain,
        redact=initials,
        erase=blank,
    )
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=BUYING,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=drop,
        erase=blank,
    )
    t.personal(
        "birth_date",
        category="user.birth_date",
        clause="collect.birth_date",
        purposes=BUYING,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=year_only,
        erase=blank,
    )
    t.personal(
        "gender",
        category="user.gender",
        clause="collect.gender",
        purposes=BUYING,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=drop,
        erase=blank,
    )
    for name in ("street", "city", "country"):
        t.personal(
            name,
            category="user.address",
            clause="collect.address",
            purposes=BUYING,
            recipients={ASSOCIATION},
            keep=ACCOUNTING,
            export=plain,
            redact=drop,
            erase=blank,
        )
    t.personal(
        "postcode",
        category="user.postcode",
        clause="collect.address",
        purposes=BUYING,
        recipients={ASSOCIATION},
        keep=ACCOUNTING,
        export=plain,
        redact=same,
        erase=blank,
    )
    t.personal(
        "municipality_code",
        category="user.municipality",
        clause="collect.address",
        purposes=BUYING,
        recipients={ASSOCIATION_RECORD},
        keep=ACCOUNTING,
        export=plain,
        redact=same,
        erase=blank,
    )

with data_map.model(OrderLine, subject="order.buyer", email="order.buyer_email") as t:
    t.technical(
        *(field.name for field in OrderLine._meta.concrete_fields if field.name != "payer_relation"),
        why="what was sold, at what price: the association's own record",
    )
    t.personal(
        "payer_relation",
        category="user.relation",
        clause="use.member_documentation",
        purposes={MEMBER_DOCUMENTATION: CONTRACT},
        recipients={ASSOCIATION_RECORD},
        keep=ACCOUNTING,
        export=plain,
        redact=drop,
        erase=blank,
    )

with data_map.model(Cancellation, subject="order.buyer", email="order.buyer_email") as t:
    t.technical("id", "organization", "order", "at", "by_kind", "reason_told", why="when an order ended")
    t.link("by_person", why="who ended it", erase=unlink, export=UNNAMED_STAFF)
    t.freetext(
        "reason", clause="use.purchases", purposes=BUYING, keep=ACCOUNTING, export=plain, redact=drop, erase=blank
    )

with data_map.model(EventRefund) as t:
    t.technical(
        "id",
        "organization",
        "event",
        "dues",
        "donations",
        "started_at",
        "reached",
        "finished_at",
        why="how far the giving back of an event's money is",
    )
    t.link("started_by", why="which member of staff began it", erase=unlink, export=UNNAMED_STAFF)

with data_map.model(Receipt, subject="order.buyer", email="order.buyer_email") as t:
    t.technical(
        "id",
        "organization",
        "order",
        "number",
        "kind",
        "issued_at",
        "amount",
        "vat_amount",
        "currency",
        "payment_reference",
        "counted",
        why="a numbered voucher",
    )
    t.personal(
        "buyer_name",
        category="user.name",
        clause="collect.name",
        purposes=BOOKS,
        recipients={ASSOCIATION_RECORD},
        keep=ACCOUNTING,
        export=plain,
        redact=initials,
        erase=KEPT_FOR_BOOKKEEPING,
    )

data_map.many_to_many(Receipt, "lines", why="which lines a receipt lists")
