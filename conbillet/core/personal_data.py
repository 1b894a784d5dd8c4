"""What the ground floor holds about persons: who did what, to whom, in the audit log."""

from .data_map import (
    ACCESS_LOG,
    IDENTIFY,
    LEGITIMATE_INTEREST,
    UNNAMED_STAFF,
    data_map,
    destroy_key,
    drop,
    expires,
    plain,
)
from .models import AuditEntry, AuditSeal, RateLimit

with data_map.model(AuditEntry, subject="subject_id") as t:
    t.technical(
        "id",
        "organization",
        "at",
        "action",
        "actor_kind",
        "actor_role",
        "object_kind",
        "object_reference",
        why="what was done, and when",
    )
    t.link(
        "actor_id",
        why="who did it",
        erase=destroy_key,
        export=UNNAMED_STAFF,
    )
    t.link("subject_id", why="whom it was about", erase=destroy_key)
    t.personal(
        "payload",
        category="user.history",
        clause="use.identify",
        purposes={IDENTIFY: LEGITIMATE_INTEREST},
        keep=ACCESS_LOG,
        export=plain,
        redact=drop,
        erase=destroy_key,
    )

with data_map.model(AuditSeal) as t:
    t.technical(
        "id", "entry", "organization", "number", "previous_hash", "entry_hash", "payload_hash", why="the hash chain"
    )

with data_map.model(RateLimit) as t:
    t.technical("window", "count", "forget_at", why="how often something was tried; gone when its time has passed")
    t.derived("key", of="the visitor's address, e-mail or account, as a hash under the server's key", erase=expires)

for name in ("django_migrations", "procrastinate_periodic_defers", "procrastinate_workers"):
    data_map.library_table(name, why="house-keeping of the framework and the job queue; no person in it")
for label in ("procrastinate.ProcrastinateJob", "procrastinate.ProcrastinateEvent"):
    with data_map.third_party(label) as t:
        t.technical("*", why="jobs carry row ids and public references only; `announce` refuses anything else")
with data_map.third_party("contenttypes.ContentType") as t:
    t.technical("id", "app_label", "model", why="the framework's list of tables")

data_map.stream(
    "application log",
    holds="nothing personal: scrubbed in core/logs.py",
    keep="as the server's journal keeps it",
    place="logs/* run.json login_help.txt *.lock",
)
data_map.stream(
    "security log",
    holds="what was tried and refused; persons and networks as short hashes under the server's key",
    keep="as the server's journal keeps it",
)
data_map.stream(
    "database's own log",
    holds="what failed, without the values: log_error_verbosity is terse, and no statement is logged",
    keep="as the server's journal keeps it",
    place="postgres.log",
)
data_map.stream("job queue", holds="row ids and public references", keep="30 days after the job ended")
data_map.stream(
    "subject keys",
    holds="one random key a person, outside the database",
    keep="until the person is erased",
    place="keys/subjects/**",
)
data_map.stream(
    "installation keys",
    holds="random keys of the installation: no person in them",
    keep="until they are replaced",
    place="keys/installation/* keys/*.key keys/secret_key",
)
data_map.stream(
    "the demo's helpers",
    holds="in the demo only: mails that were caught, and what the pretended Stripe was told; about invented people",
    keep="until the demo's folder is removed",
    place="mail_catcher/** fake_stripe/**",
)
data_map.stream(
    "heads of the audit log",
    holds="numbers and hashes of the newest entries: no person in them",
    keep="replaced by the next",
    place="keys/audit/*",
)
data_map.stream(
    "erasure ledger",
    holds="row ids, scope and time of erasures",
    keep="as long as a backup may still hold the data",
    place="keys/erasures/*",
)
data_map.stream(
    "replay ledger",
    holds="keyed hashes of what was taken back (a ticket, a consent), and when",
    keep="as long as a backup may still hold the data",
    place="keys/replay/*",
)
data_map.stream(
    "backups",
    holds="encrypted copies of everything, with the passwords that open them and what is on its way there",
    keep="30 days; weekly dumps 8 weeks; the keys' backups 72 hours",
    place="keys/backups/* backups/**",
)
