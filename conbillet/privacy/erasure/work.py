"""Carrying a plan out: blank, unlink, delete children before parents. In the caller's transaction."""

import base64
import json
import zlib
from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from ..insight.store import remove
from ..models import InsightPackage
from .plan import Model, Plan

_JOBS = "DELETE FROM procrastinate_jobs WHERE status <> 'doing' AND args::text LIKE ANY (%s)"


def carry_out(plan: Plan) -> None:
    """Change every row as the plan says, and check at once that nothing points at what is gone."""
    for model, columns in plan.blanks.items():
        for same, names in _same_rows(columns):
            model._default_manager.filter(pk__in=same).update(**{name: _empty(model, name) for name in names})
    for model, columns in plan.links.items():
        for name, pks in columns.items():
            model._default_manager.filter(pk__in=pks).update(**{name: None})
    _end_sessions(plan)
    _remove_packages(plan)
    for model in _children_first(plan.deletes):
        rows: Any = model._default_manager.filter(pk__in=plan.deletes[model])
        # Not `delete()`: it would silently clear links that the map does not declare. The database refuses instead.
        rows._raw_delete(rows.db)
    with connection.cursor() as cursor:
        if plan.subject.persons:
            cursor.execute(_JOBS, [[f"%{person}%" for person in plan.subject.persons]])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _same_rows(columns: dict[str, set[Any]]) -> Iterable[tuple[frozenset[Any], list[str]]]:
    """Columns whose rows are the same are emptied together."""
    found: dict[frozenset[Any], list[str]] = {}
    for name, pks in columns.items():
        found.setdefault(frozenset(pks), []).append(name)
    return found.items()


def _empty(model: Model, name: str) -> Any:
    """NULL where the column can be, else the empty text."""
    field: Any = model._meta.get_field(name)
    return None if field.null else ""


def _end_sessions(plan: Plan) -> None:
    """Every signed-in session stands on its person's list of devices. One in which a login was begun names the address
    that was typed, and stands nowhere: those are opened one by one."""
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session

    mine = UserSession.objects.filter(pk__in=plan.deletes.get(UserSession, ()))
    keys = list(mine.values_list("session_key", flat=True))
    words = [json.dumps(email)[1:-1].encode() for email in plan.subject.emails]
    if words:
        rows = Session.objects.values_list("session_key", "session_data").iterator(chunk_size=5000)
        keys += [key for key, data in rows if any(word in _unpacked(data) for word in words)]
    Session.objects.filter(session_key__in=keys).delete()


def _unpacked(session_data: str) -> bytes:
    """A session's JSON, lower-case; the signature is not looked at, since nothing is believed that stands in it."""
    packed = session_data.lstrip(".").partition(":")[0]
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return (zlib.decompress(raw) if session_data.startswith(".") else raw).lower()
    except (ValueError, zlib.error):
        return b""


def _remove_packages(plan: Plan) -> None:
    """The files of packages of insight lie outside the database: they go before their rows."""
    packages = InsightPackage.objects.filter(pk__in=plan.deletes.get(InsightPackage, ()))
    remove(list(packages.values_list("reference", flat=True)))


def _children_first(models_: Iterable[Model]) -> list[Model]:
    """The models so that each comes before those that its rows point at."""
    waiting, done = set(models_), []
    while waiting:
        pointed_at = {
            field.related_model
            for model in waiting
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.related_model is not model
        }
        free = sorted(waiting - pointed_at, key=lambda model: model._meta.label)
        if not free:
            raise RuntimeError("tables that point at each other in a circle cannot be deleted one after the other")
        done += free
        waiting -= set(free)
    return done
