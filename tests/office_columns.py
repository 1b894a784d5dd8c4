"""What the database lets the role *office* read, column by column, judged by the data map alone.

A column may be read when it says nothing about a person, when the map hands it to associations (the six fields, or the
association's own record), or when it stands below with the reason why an association reads it all the same.
"""

from typing import Any

from conbillet.core.data_map import ASSOCIATION, ASSOCIATION_RECORD, DataMap

# Columns that the map hands to nobody, or to others, and that the office reads nevertheless. Ids of persons are read
# everywhere: they lead the office nowhere, as it reads no table of persons.
READ_ALL_THE_SAME = {
    "core_auditentry.payload": "sealed under keys that are not in the database",
    "support_chatfile.content": "sealed under keys that are not in the database; of its own conversations",
    "mail_outgoingmail.recipient": "the address on the association's own order, to which its mail goes",
    "organizations_invitation.email": "typed by the association itself",
    "sales_cancellation.reason": "written by the association itself",
    "tickets_checkin.undo_reason": "written by the association itself",
    "certificates_certificaterequest.number_mark": "made under a key that is not in the database",
}
# The views: all their columns, by name.
VIEWS = {
    "organizations_staff_member": {"id", "organization_id", "person_id", "kind", "name", "email", "granted_at"},
    "privacy_attendee": {
        "id", "organization_id", "event_id", "order_id", "participant_id", "subject_id", "kind",
        "name", "street", "city", "country", "email", "gender", "birth_date", "postcode",
    },
}  # fmt: skip

_READABLE = """
SELECT c.relname, a.attname FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
  AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')
ORDER BY 1, 2
"""


def readable(cursor: Any, prefix: str) -> list[tuple[str, str]]:
    """(table, column) for all that *office* may read."""
    result = cursor.execute(_READABLE, [f"{prefix}_office"])
    return [(table, column) for table, column in (result or cursor).fetchall()]


def not_to_be_read(cursor: Any, prefix: str, map_: DataMap) -> list[str]:
    """Columns that *office* may read, and that neither the map nor the list above lets it."""
    return [f"{table}.{column}" for table, column in readable(cursor, prefix) if not _allowed(map_, table, column)]


def _allowed(map_: DataMap, table: str, column: str) -> bool:
    if table in VIEWS:
        return column in VIEWS[table]
    if f"{table}.{column}" in READ_ALL_THE_SAME:
        return True
    declared = map_.tables.get(table)
    if declared is None:
        return False
    if "*" in declared.columns:
        return True
    # A foreign key is declared by its field's name.
    found = declared.columns.get(column) or declared.columns.get(column.removesuffix("_id"))
    if found is None:
        return False
    return found.kind in {"technical", "link"} or bool(found.recipients & {ASSOCIATION, ASSOCIATION_RECORD})
