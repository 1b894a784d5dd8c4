"""The association's register: its own record of its members, and the evidence that dues were paid."""

from conbillet.core.data_map import (
    ASSOCIATION,
    ASSOCIATION_RECORD,
    CONTRACT,
    MEMBER_CONTACT,
    MEMBER_DOCUMENTATION,
    MEMBER_EVIDENCE,
    blank,
    data_map,
    drop,
    initials,
    kept,
    plain,
    same,
    unlink,
    year_only,
)

from .models import (
    Activity,
    DocumentedDues,
    DocumentedMember,
    Household,
    Member,
    MemberDocumentation,
    MemberNumber,
    Membership,
    MembershipType,
    OwnRuleSet,
)

EVIDENCE = {MEMBER_DOCUMENTATION: CONTRACT}
KEPT_AS_EVIDENCE = kept("documentation for grant bodies (tilskudsbekendtgørelsen)", "five years after leaving")

with data_map.model(MembershipType) as t:
    t.technical(*(field.name for field in MembershipType._meta.concrete_fields), why="what the association offers")

with data_map.model(Activity) as t:
    t.technical(
        *(field.name for field in Activity._meta.concrete_fields),
        why="texts of the association about what it held, and how many came",
    )

with data_map.model(OwnRuleSet) as t:
    t.technical(
        *(field.name for field in OwnRuleSet._meta.concrete_fields),
        why="texts of the association about what a grant body asks",
    )

with data_map.model(Household) as t:
    t.technical("id", "organization", "made_at", why="which entries share an address; nothing about anybody by itself")

with data_map.model(MemberNumber) as t:
    t.technical("id", "organization", "last", why="the last number given")

with data_map.model(Member, subject="person", email="email") as t:
    t.technical("id", "organization", "created_at", "left_on", "municipality_source", "wants_reminders", "household", why="the row and its dates")
    t.link("person", erase=unlink)
    t.personal(
        "member_no",
        category="user.member_number",
        clause="use.member_documentation",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=same,
        erase=KEPT_AS_EVIDENCE,
    )
    t.personal(
        "name",
        category="user.name",
        clause="collect.name",
        purposes=EVIDENCE,
        recipients={ASSOCIATION},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=initials,
        erase=KEPT_AS_EVIDENCE,
    )
    t.personal(
        "email",
        category="user.email",
        clause="collect.email",
        purposes=EVIDENCE,
        recipients={ASSOCIATION},
        keep=MEMBER_CONTACT,
        export=plain,
        redact=drop,
        erase=blank,
    )
    t.personal(
        "phone",
        category="user.phone",
        clause="collect.phone",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_CONTACT,
        export=plain,
        redact=drop,
        erase=blank,
    )
    t.personal(
        "birth_date",
        category="user.birth_date",
        clause="collect.birth_date",
        purposes=EVIDENCE,
        recipients={ASSOCIATION},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=year_only,
        erase=KEPT_AS_EVIDENCE,
    )
    t.personal(
        "gender",
        category="user.gender",
        clause="collect.gender",
        purposes=EVIDENCE,
        recipients={ASSOCIATION},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=drop,
        erase=KEPT_AS_EVIDENCE,
    )
    for name in ("street", "city", "country"):
        t.personal(
            name,
            category="user.address",
            clause="collect.address",
            purposes=EVIDENCE,
            recipients={ASSOCIATION},
            keep=MEMBER_EVIDENCE,
            export=plain,
            redact=drop,
            erase=KEPT_AS_EVIDENCE,
        )
    t.personal(
        "postcode",
        category="user.postcode",
        clause="collect.address",
        purposes=EVIDENCE,
        recipients={ASSOCIATION},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=same,
        erase=KEPT_AS_EVIDENCE,
    )
    t.personal(
        "municipality_code",
        category="user.municipality",
        clause="collect.address",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=same,
        erase=KEPT_AS_EVIDENCE,
    )

with data_map.model(Membership, subject="member.person", email="member.email") as t:
    t.technical(
        "id",
        "organization",
        "member",
        "membership_type",
        "period_from",
        "period_to",
        "enrolled_at",
        "channel",
        "dues_amount",
        "currency",
        "dues_text",
        "dues_separate",
        "paid_at",
        "payment_method",
        "payment_reference",
        "payout_reference",
        "refunded_amount",
        "dispute_state",
        "source_reference",
        "ended_at",
        why="the association's own record of a membership and its dues",
    )
    t.personal(
        "payer_relation",
        category="user.relation",
        clause="use.member_documentation",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=drop,
        erase=KEPT_AS_EVIDENCE,
    )
    t.personal(
        "payer_name",
        category="user.name",
        clause="collect.name",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=initials,
        erase=KEPT_AS_EVIDENCE,
    )

with data_map.model(MemberDocumentation) as t:
    t.technical(
        *(field.name for field in MemberDocumentation._meta.concrete_fields),
        why="numbers about nobody: how many counted in a year, and by which rules",
    )

with data_map.model(DocumentedMember, subject="member.person", email="member.email") as t:
    t.technical("id", "organization", "documentation", "position", "member", why="the row and its place in the list")
    t.technical(
        "counts", "reason_code", "cell_gender", "cell_band", "cell_municipality", "digest",
        why="the cell of the totals in which the row counts; about nobody once the name is gone",
    )  # fmt: skip
    for name, category, clause, recipient, redact in (
        ("member_no", "user.member_number", "use.member_documentation", ASSOCIATION_RECORD, same),
        ("name", "user.name", "collect.name", ASSOCIATION, initials),
        ("birth_date", "user.birth_date", "collect.birth_date", ASSOCIATION, year_only),
        ("street", "user.address", "collect.address", ASSOCIATION, drop),
        ("postcode", "user.postcode", "collect.address", ASSOCIATION, same),
        ("city", "user.address", "collect.address", ASSOCIATION, drop),
        ("country", "user.address", "collect.address", ASSOCIATION, drop),
    ):
        t.personal(
            name,
            category=category,
            clause=clause,
            purposes=EVIDENCE,
            recipients={recipient},
            keep=MEMBER_EVIDENCE,
            export=plain,
            redact=redact,
            erase=KEPT_AS_EVIDENCE,
        )

with data_map.model(DocumentedDues, subject="documented.member.person", email="documented.member.email") as t:
    t.technical(
        "id",
        "organization",
        "documented",
        "enrolled_at",
        "channel",
        "period_from",
        "period_to",
        "dues_amount",
        "currency",
        "dues_text",
        "dues_separate",
        "paid_at",
        "payment_method",
        "payment_reference",
        "payout_reference",
        "refunded_amount",
        "dispute_state",
        why="the association's own record of a membership and its dues, as it was when counted",
    )
    t.personal(
        "payer_relation",
        category="user.relation",
        clause="use.member_documentation",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=drop,
        erase=KEPT_AS_EVIDENCE,
    )
    t.personal(
        "payer_name",
        category="user.name",
        clause="collect.name",
        purposes=EVIDENCE,
        recipients={ASSOCIATION_RECORD},
        keep=MEMBER_EVIDENCE,
        export=plain,
        redact=initials,
        erase=KEPT_AS_EVIDENCE,
    )
