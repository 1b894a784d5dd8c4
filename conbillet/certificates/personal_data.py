"""CPR numbers of crew, while a child-protection certificate needs them. Off by default, never from buyers."""

from conbillet.core.data_map import (
    ASSOCIATION_RECORD,
    CERTIFICATE,
    CONSENT,
    CPR,
    IDENTIFY,
    blank,
    data_map,
    delete_row,
    drop,
    initials,
    omitted,
    plain,
    unlink,
)

from .models import CertificateRequest, CertificateScheme, CprNumber

ASKED_FOR = {IDENTIFY: CONSENT}

with data_map.model(CertificateScheme) as t:
    t.technical(
        "id", "organization", "purpose", "basis", "consent_version", "switched_on_at", "switched_off_at",
        why="that an association asks its crew for certificates, and what for",
    )  # fmt: skip

with data_map.model(CertificateRequest, subject="person") as t:
    t.technical(
        "id", "organization", "scheme", "reference", "asked_at", "consented_at", "consent_version", "settled_on",
        why="the association's own record: that it asked somebody, and when that ended",
    )  # fmt: skip
    t.link("person", erase=unlink)
    t.personal(
        "name",
        category="user.name",
        clause="collect.name",
        purposes=ASKED_FOR,
        recipients={ASSOCIATION_RECORD},
        keep=CERTIFICATE,
        export=plain,
        redact=initials,
        erase=blank,
    )
    # Whether there were remarks says whether somebody was convicted (GDPR art. 10).
    t.personal(
        "state",
        category="user.certificate",
        clause="collect.cpr",
        purposes=ASKED_FOR,
        recipients={ASSOCIATION_RECORD},
        keep=CERTIFICATE,
        export=plain,
        redact=drop,
        erase=blank,
    )
    t.derived("number_mark", of="the CPR number, under a key outside the database", erase=blank, keep=CERTIFICATE)

with data_map.model(CprNumber, subject="request.person") as t:
    t.technical("id", "organization", "request", "given_at", "delete_on", why="since when, and until when")
    for name in ("sealed", "masked"):
        t.personal(
            name,
            category="user.cpr",
            clause="collect.cpr",
            purposes=ASKED_FOR,
            recipients={ASSOCIATION_RECORD},
            keep=CPR,
            export=plain
            if name == "masked"
            else omitted("the number that you gave, encrypted; its beginning is shown"),
            redact=drop,
            erase=delete_row,
        )
