"""What must hold in the database for associations to be apart, each a function over a cursor that returns what breaks it."""

from typing import Any

# Views that run with their owner's rights and carry their own condition; `test_tenancy.py` proves each of them.
CONFINED_VIEWS = ("organizations_staff_member",)
# Views that run with the reader's rights: the tables behind them confine them.
INVOKER_VIEWS = ("privacy_attendee",)
# The same for everybody, and about nobody: the policy's versions, and the public keys that tickets are checked with.
PUBLIC_TABLES = ("consents_policyversion", "tickets_ticketkey")


def _column(cursor: Any, sql: str, values: list[Any]) -> list[str]:
    result = cursor.execute(sql, values)
    return sorted(row[0] for row in (result or cursor).fetchall())


def unconfined(cursor: Any, prefix: str) -> list[str]:
    """Tables with an association whose rows are not confined to it for the role *office*: row-level security is off,
    there is no policy, or some policy that counts for the office does not ask for the association."""
    return _column(
        cursor,
        """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
          AND (c.relname = 'organizations_organization' OR EXISTS (
              SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped))
          AND (NOT c.relrowsecurity
               OR NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname AND %s = ANY (p.roles))
               OR EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
                          AND (%s = ANY (p.roles) OR 'public' = ANY (p.roles)) AND p.permissive = 'PERMISSIVE'
                          AND COALESCE(p.qual, p.with_check) NOT LIKE '%%conbillet.organization%%'))
        """,
        [f"{prefix}_office", f"{prefix}_office"],
    )


def readable_by_office(cursor: Any, prefix: str) -> list[str]:
    """Tables and views that the role *office* may read or change, but that no association confines."""
    return _column(
        cursor,
        """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> ALL (%s)
          AND has_table_privilege(%s, c.oid, 'SELECT, INSERT, UPDATE, DELETE') AND NOT c.relrowsecurity
        """,
        [[*CONFINED_VIEWS, *INVOKER_VIEWS, *PUBLIC_TABLES], f"{prefix}_office"],
    )


def changeable(cursor: Any, prefix: str, tables: list[str]) -> list[str]:
    """Those of the tables that *app* or *office* may change or empty."""
    return _column(
        cursor,
        """
        SELECT t FROM unnest(%s::text[]) t
        WHERE has_table_privilege(%s, 'public.' || quote_ident(t), 'UPDATE, DELETE')
           OR has_table_privilege(%s, 'public.' || quote_ident(t), 'UPDATE, DELETE')
        """,
        [tables, f"{prefix}_app", f"{prefix}_office"],
    )


def loose_functions(cursor: Any) -> list[str]:
    """Functions that run with their owner's rights and look names up wherever the caller says."""
    return _column(
        cursor,
        """
        SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.prosecdef
          AND NOT EXISTS (SELECT 1 FROM unnest(COALESCE(p.proconfig, '{}')) s WHERE s LIKE 'search_path=%%')
        """,
        [],
    )


def owned_by_app(cursor: Any, prefix: str) -> list[str]:
    """Tables that belong to *app* or *office*: an owner is not bound by row-level security."""
    return _column(
        cursor,
        "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND r.rolname = ANY (%s) AND c.relkind IN ('r', 'p', 'v', 'm')",
        [[f"{prefix}_app", f"{prefix}_office"]],
    )
