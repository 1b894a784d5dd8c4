"""Checks of the data map: they run as Django system checks and as tests, and fail the build.

Each check is a function from a map (and models) to a list of complaints, so that its test can plant a fault.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import connection, models

from . import map_rules
from .data_map import ASSOCIATION, PURPOSES, RECIPIENTS, SIX_FIELDS, DataMap, data_map

ModelType = type[models.Model]


def every_column_is_declared(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    complaints = []
    for model in models_:
        if not model._meta.managed:
            continue
        table = map_.tables.get(model._meta.db_table)
        if table is None:
            complaints.append(f"{model._meta.label}: the table is not declared in any personal_data.py")
            continue
        names = {field.name for field in model._meta.concrete_fields}
        if "*" in table.columns:
            continue
        complaints += [f"{model._meta.label}.{name} is not declared" for name in sorted(names - set(table.columns))]
        complaints += [
            f"{model._meta.label}: declared column {name} does not exist" for name in sorted(set(table.columns) - names)
        ]
    known = {model._meta.db_table for model in models_}
    complaints += [
        f"{table.name}: declared, but no model has that table"
        for table in map_.tables.values()
        if table.name not in known and "*" not in table.columns
    ]
    return complaints


def erasing_is_possible(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """Blanking needs a column that can be empty; unlinking one that can be null."""
    complaints = []
    for model in models_:
        table = map_.tables.get(model._meta.db_table)
        for field in model._meta.concrete_fields if table else ():
            column = table.columns.get(field.name) if table else None
            if column is None or column.erase is None:
                continue
            is_text = isinstance(field, models.CharField | models.TextField)
            if column.erase.how == "blank" and not field.null and not (is_text and field.blank):
                complaints.append(f"{model._meta.label}.{field.name}: erased by blanking, but it cannot be empty")
            if column.erase.how == "unlink" and not field.null:
                complaints.append(f"{model._meta.label}.{field.name}: erased by unlinking, but it cannot be null")
            if column.erase.how == "kept" and not (column.erase.law and column.erase.until):
                complaints.append(f"{model._meta.label}.{field.name}: kept without a law and a period")
    return complaints


def personal_columns_are_complete(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    complaints = []
    for table in map_.tables.values():
        for column in table.columns.values():
            if column.kind not in {"personal", "freetext"}:
                continue
            where = f"{table.name}.{column.name}"
            if not column.clause.startswith(("collect.", "use.", "disclose.", "cookie.")):
                complaints.append(f"{where}: no clause of the policy collects it")
            if not column.purposes or set(column.purposes) - PURPOSES:
                complaints.append(f"{where}: purposes must be clauses of the policy with a basis")
            if column.recipients - RECIPIENTS:
                complaints.append(f"{where}: unknown recipient")
            if ASSOCIATION in column.recipients and column.category not in SIX_FIELDS:
                complaints.append(f"{where}: an association may receive the six promised fields only")
            if not (table.subject or table.email):
                complaints.append(f"{where}: the table does not say whose data it is")
    return complaints


def people_are_never_technical(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """Links to persons and accounts, free text and JSON may not hide among the technical columns."""
    complaints = []
    person_labels = {"accounts.Person", "accounts.Account"}
    for model in models_:
        table = map_.tables.get(model._meta.db_table)
        if table is None:
            continue
        for field in model._meta.concrete_fields:
            column = table.columns.get(field.name)
            if column is None or column.kind != "technical":
                continue
            related: Any = getattr(field, "related_model", None)
            if related is not None and related._meta.label in person_labels:
                complaints.append(f"{model._meta.label}.{field.name}: a link to a person, declared technical")
            # What is about nobody in particular, an event's description or a total say, stands in tables about nobody.
            about_nobody = column.why.startswith(("texts of the", "numbers about nobody"))
            of_nobody = about_nobody and not (table.subject or table.email)
            if isinstance(field, models.TextField | models.JSONField | models.EmailField) and not of_nobody:
                complaints.append(f"{model._meta.label}.{field.name}: free text or JSON, declared technical")
    return complaints


CHECKS: list[Callable[[DataMap, Sequence[ModelType]], list[str]]] = [
    every_column_is_declared,
    erasing_is_possible,
    personal_columns_are_complete,
    people_are_never_technical,
    *map_rules.RULES,
]


def all_models() -> list[ModelType]:
    return list(apps.get_models(include_auto_created=True))


def complaints() -> list[str]:
    """Everything that is wrong with the map of this house."""
    map_ = data_map.load()
    found = all_models()
    return [complaint for check in CHECKS for complaint in check(map_, found)]


def undeclared_tables() -> list[str]:
    """Tables in the database that no declaration knows: left over, or made behind Django's back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        return [name for (name,) in cursor.fetchall() if name not in data_map.load().tables]


@register("privacy")
def check_data_map(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    return [Error(complaint, id="privacy.E001") for complaint in complaints()]
