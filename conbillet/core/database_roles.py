"""Roles, grants and row-level security, brought in line with the models after every migration, by the owner.

Idempotent and quick. Two roles, named after the database: `<name>_app` (web and workers; sees everything, owns nothing)
and `<name>_office` (association pages; sees one association's rows). SQL runs on PostgreSQL 15 to 18.
"""

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from .tenancy import TenantForeignKey, TenantOneToOneField
from .trimming import trim

_OWN = "NULLIF(current_setting('conbillet.organization', true), '')::bigint"

# `SECURITY DEFINER`, so that the office may enqueue without any right on the queue's tables. The search path is fixed.
_ANNOUNCE = """
CREATE OR REPLACE FUNCTION conbillet_announce(task text, args jsonb, run_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', task, 0, NULL, NULL, args, run_at)::procrastinate_job_to_defer_v1
    ])
$$
"""

# The log is append-only for the application; forgetting is the owner's, and only what is older than two years
# (retention rule `access_log`). What is left of a payload is its hash, in the seal, so that the chain still verifies.
_FORGET_PAYLOADS = """
CREATE OR REPLACE FUNCTION conbillet_forget_payloads(before timestamptz) RETURNS TABLE (organization_id bigint, forgotten bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT e.id, e.organization_id, sha256(e.payload) AS hash
        FROM core_auditentry e JOIN core_auditseal s ON s.entry_id = e.id
        WHERE e.payload IS NOT NULL AND e.at < LEAST(before, now() - interval '2 years')
    ), hashed AS (
        UPDATE core_auditseal s SET payload_hash = old.hash FROM old WHERE s.entry_id = old.id
    ), emptied AS (
        UPDATE core_auditentry e SET payload = NULL FROM old WHERE e.id = old.id
    )
    SELECT old.organization_id, count(*) FROM old GROUP BY old.organization_id
$$
"""

# Danish order without ICU: a sort key in which æ, ø, å (and aa) follow z. Immutable, and indexes are made of it: a change of
# it needs a migration that makes them anew.
SORT_KEY = """
CREATE OR REPLACE FUNCTION conbillet_sort_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT replace(replace(replace(replace(replace(replace(lower(value), 'aa', '~3'), 'å', '~3'), 'æ', '~1'), 'ä', '~1'), 'ø', '~2'), 'ö', '~2')
    COLLATE "C"
$$
"""


def sync(connection: BaseDatabaseWrapper, *, prefix: str, app_password: str = "") -> None:
    """Create what is missing and set every right anew. `connection` must be the owner's."""
    app, office = f"{prefix}_app", f"{prefix}_office"
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for role, options in ((app, "LOGIN NOINHERIT"), (office, "NOLOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {quote(role)} {options}")
        if app_password:
            from psycopg import sql

            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(app), sql.Literal(app_password)))
        cursor.execute(
            "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles p ON p.oid = m.member "
            "WHERE r.rolname = %s AND p.rolname = %s",
            [office, app],
        )
        if not cursor.fetchone():
            cursor.execute(f"GRANT {quote(office)} TO {quote(app)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(app)}, {quote(office)}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quote(app)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(app)}, {quote(office)}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quote(office)}")
        cursor.execute(_ANNOUNCE)
        cursor.execute(SORT_KEY)
        cursor.execute(_FORGET_PAYLOADS)
        cursor.execute("REVOKE EXECUTE ON FUNCTION conbillet_forget_payloads(timestamptz) FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION conbillet_forget_payloads(timestamptz) TO {quote(app)}")
        cursor.execute("REVOKE EXECUTE ON FUNCTION conbillet_announce(text, jsonb, timestamptz) FROM PUBLIC")
        cursor.execute(
            f"GRANT EXECUTE ON FUNCTION conbillet_announce(text, jsonb, timestamptz) TO {quote(app)}, {quote(office)}"
        )
        statements: list[str] = []
        for model in apps.get_models():
            # A view that follows from declarations is made anew each time. A migration that changes the type of a column
            # it shows drops it first; it comes back here.
            if hasattr(model, "view_sql"):
                statements += model.view_sql(quote(app), quote(office))
        for model in apps.get_models():
            statements += _statements_for(model, quote(app), quote(office))
        for link in apps.get_models(include_auto_created=True):
            if link._meta.auto_created:
                statements += _link_statements(link, quote(app), quote(office))
        if statements:
            cursor.execute(";\n".join(statements))
    _composite_references(connection)
    trim(connection)


def _statements_for(model: type[models.Model], app: str, office: str) -> list[str]:
    table = f'"{model._meta.db_table}"'
    access = getattr(model, "office_access", "none")
    append_only = getattr(model, "append_only", False)
    found = []
    if append_only:
        found.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {app}")
        for name in getattr(model, "may_change", ()):
            found.append(f'GRANT UPDATE ("{model._meta.get_field(name).column}") ON {table} TO {app}')  # type: ignore[union-attr]  # of a column
    if not model._meta.managed:
        if access == "read":
            found.append(f"GRANT SELECT ON {table} TO {office}")
        return found
    if access == "write":
        found.append(f"GRANT {'INSERT' if append_only else 'INSERT, UPDATE, DELETE'} ON {table} TO {office}")
    if access != "none":
        found.append(f"GRANT SELECT{_shown(model)} ON {table} TO {office}")
    columns = _columns(model)
    own = None
    if model._meta.label == "organizations.Organization":
        own = f"id = {_OWN}"
    elif "organization_id" in columns:
        own = f"organization_id = {_OWN}"
    if own:
        found += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS app_all ON {table}",
            f"CREATE POLICY app_all ON {table} TO {app} USING (true) WITH CHECK (true)",
            f"DROP POLICY IF EXISTS office_own ON {table}",
            f"CREATE POLICY office_own ON {table} TO {office} USING ({own}) WITH CHECK ({own})",
        ]
    return found


def _shown(model: type[models.Model]) -> str:
    """The columns that the office may read, where a model keeps some from it (`office_hidden`); nothing for all."""
    hidden = {model._meta.get_field(name).column for name in getattr(model, "office_hidden", ())}  # type: ignore[union-attr]  # of a column
    shown = (f'"{field.column}"' for field in model._meta.concrete_fields if field.column not in hidden)
    return f" ({', '.join(shown)})" if hidden else ""


def _link_statements(model: type[models.Model], app: str, office: str) -> list[str]:
    """The hidden table of a many-to-many field shows the office what both its ends show; a link is never changed.

    To add one, it is enough to see one end: the other may be written by the very same statement, which no policy sees.
    """
    table, ends = model._meta.db_table, []
    for field in model._meta.concrete_fields:
        parent = field.related_model
        if parent is None:
            continue
        if getattr(parent, "office_access", "none") == "none" or "organization_id" not in _columns(parent):  # type: ignore[arg-type]  # a model, not a name
            return []
        ends.append(f'EXISTS (SELECT FROM "{parent._meta.db_table}" AS parent WHERE parent.id = "{field.column}")')  # type: ignore[union-attr]  # of a column
    seen, known = " AND ".join(ends), " OR ".join(ends)
    return [
        f'GRANT SELECT, INSERT ON "{table}" TO {office}',
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS app_all ON "{table}"',
        f'CREATE POLICY app_all ON "{table}" TO {app} USING (true) WITH CHECK (true)',
        f'DROP POLICY IF EXISTS office_own ON "{table}"',
        f'CREATE POLICY office_own ON "{table}" TO {office} USING ({seen}) WITH CHECK ({known})',
    ]


def _columns(model: type[models.Model]) -> set[str | None]:
    return {field.column for field in model._meta.concrete_fields}


def _composite_references(connection: BaseDatabaseWrapper) -> None:
    """Make every `TenantForeignKey` a database constraint on (organization_id, id): no child of another association."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype IN ('f', 'u')")
        existing = {name for (name,) in cursor.fetchall()}
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if not isinstance(field, TenantForeignKey | TenantOneToOneField):
                    continue
                parent = field.related_model._meta.db_table  # type: ignore[union-attr]  # of a column
                key, reference = f"{parent}_tenant_key"[:63], f"{model._meta.db_table}_{field.column}_tenant"[:63]
                if key not in existing:
                    cursor.execute(f'ALTER TABLE "{parent}" ADD CONSTRAINT "{key}" UNIQUE (organization_id, id)')
                    existing.add(key)
                if reference not in existing:
                    cursor.execute(
                        f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{reference}" '
                        f'FOREIGN KEY (organization_id, "{field.column}") REFERENCES "{parent}" (organization_id, id) '
                        "DEFERRABLE INITIALLY DEFERRED"
                    )
                    existing.add(reference)
