"""Indexes and constraints that Django makes and that only cost: each new row pays for every one of them.

Run by the owner after every migration, with `sync`. Nothing that the database promises is lost:

* an index on the first columns of another index of the same table answers nothing that the other one does not;
* the `LIKE` twins of unique texts (`varchar_pattern_ops`) are kept only where something is searched by its beginning;
* that a row's association exists follows, where the row must have a parent, from the parent's being of the same
  association, which `database_roles` has the database check. The parent of a chain keeps its own check.
"""

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from .tenancy import TenantForeignKey, TenantModel, TenantOneToOneField

# Texts that are searched by their beginning.
SEARCHED_BY_BEGINNING = {
    ("sales_order", "reference"),
    ("organizations_organization", "slug"),
    ("catalogue_event", "slug"),
}

# Plain indexes (not unique, no condition, no expressions) of our tables with another one of the same table that begins
# with the same columns, in the same order and kind. Of two equal ones the later one goes.
_COVERED = """
SELECT DISTINCT i.indexrelid::regclass::text
FROM pg_index i JOIN pg_index other ON other.indrelid = i.indrelid AND other.indexrelid <> i.indexrelid
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class o ON o.oid = other.indexrelid
WHERE i.indrelid = ANY (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
  AND NOT i.indisunique AND i.indpred IS NULL AND other.indpred IS NULL AND i.indexprs IS NULL AND other.indexprs IS NULL
  AND c.relam = o.relam AND i.indnkeyatts <= other.indnkeyatts
  AND other.indkey::smallint[] @> i.indkey::smallint[]
  AND (other.indkey::smallint[])[0:i.indnkeyatts - 1] = (i.indkey::smallint[])[0:i.indnkeyatts - 1]
  AND (other.indclass::oid[])[0:i.indnkeyatts - 1] = (i.indclass::oid[])[0:i.indnkeyatts - 1]
  AND (other.indoption::smallint[])[0:i.indnkeyatts - 1] = (i.indoption::smallint[])[0:i.indnkeyatts - 1]
  AND (i.indnkeyatts < other.indnkeyatts OR other.indisunique OR other.indexrelid < i.indexrelid)
"""

_LIKE = """
SELECT i.indexrelid::regclass::text, c.relname, a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_opclass k ON k.oid = i.indclass[0]
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = ANY (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
  AND NOT i.indisunique AND i.indnkeyatts = 1 AND k.opcname IN ('varchar_pattern_ops', 'text_pattern_ops')
  AND EXISTS (SELECT FROM pg_index u WHERE u.indrelid = i.indrelid AND u.indisunique AND u.indpred IS NULL
              AND u.indkey::smallint[] = i.indkey::smallint[])
"""

_OWN_ASSOCIATION = """
SELECT conname FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype = 'f' AND confrelid = to_regclass('organizations_organization')
  AND conkey = ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = 'organization_id')]
"""


def trim(connection: BaseDatabaseWrapper) -> None:
    """Drop what only costs. Idempotent; a migration that wants one of them back simply makes it, until the next run."""
    ours = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("conbillet.")]
    tables = [model._meta.db_table for model in ours if model._meta.managed]
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [tables])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(_LIKE, [tables])
        for name, table, column in cursor.fetchall():
            if (table, column) not in SEARCHED_BY_BEGINNING:
                cursor.execute(f"DROP INDEX {name}")
        for model in ours:
            if issubclass(model, TenantModel) and _has_parent(model):
                cursor.execute(_OWN_ASSOCIATION, [model._meta.db_table])
                for (name,) in cursor.fetchall():
                    cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{name}"')


def _has_parent(model: type[models.Model]) -> bool:
    """Must every row have a parent of the same association (another table's: a row is no proof of itself)?"""
    return any(
        isinstance(field, TenantForeignKey | TenantOneToOneField)
        and not field.null
        and field.related_model is not model
        for field in model._meta.concrete_fields
    )
