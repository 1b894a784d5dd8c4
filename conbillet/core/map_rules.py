"""What a declaration must say, judged by what else is known: the column's name, its type, its table, its category.

The rules know nothing of the single declarations, so a declaration that is taken out or falsified contradicts one of them
(`bench/privacy_mutations.py` tries each in turn). Like those of `checks.py` each returns complaints, one sentence each.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models

from .data_map import BOOKKEEPING, CONSENT, COUNT_OF_USE, Column, DataMap, Table
from .map_words import (
    ABOUT_NOBODY,
    DERIVED,
    GOES_WITH_THE_PERSON,
    KEPT,
    NAMES,
    OTHERWISE,
    OUR_WORDS,
    PREFIXES,
    REDACTED,
    SECRETS,
    STATES_OF_THINGS,
    TEXTS_OF_OTHERS,
    WRITTEN,
)

ModelType = type[models.Model]
PERSON = "accounts.Person"


def names_say_what_they_hold(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """A column with a person's word for a name is personal, and of that word's category."""
    found = []
    by_type = {
        f"{table.name}.{field.name}"
        for model, table in _tables(map_, models_)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    } - TEXTS_OF_OTHERS
    for table, column in _declared(map_):
        expected = OTHERWISE.get(f"{table.name}.{column.name}")
        if expected is None and _about_somebody(table):
            expected = NAMES.get(_plain(column.name))
        where = f"{table.name}.{column.name}"
        if expected and (column.kind != "personal" or column.category != expected):
            found.append(f"{where}: by its name it is {expected}, and personal")
        if where in by_type and column.name in WRITTEN and _about_somebody(table) and column.kind != "freetext":
            found.append(f"{where}: people can write into it, so it is free text")
        if column.kind == "freetext" and column.category != "user.content":
            found.append(f"{where}: free text is user.content")
        if column.kind == "personal" and expected is None:
            found.append(f"{where}: no rule says what a column of this name holds; add it to core/map_words.py")
        if (column.kind == "derived") != (where in DERIVED):
            found.append(f"{where}: derived columns are listed in core/map_words.py, and no others are")
        if column.kind == "derived" and not (column.of and column.erase):
            found.append(f"{where}: a derived column says of what, and how it is erased")
        if column.kind == "technical" and not column.why:
            found.append(f"{where}: technical without saying why")
    return found


def texts_are_somebodys(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """A text column in a table about somebody is theirs, unless its name is known to be a word or a key of ours."""
    found = []
    for model, table in _tables(map_, models_):
        for field in model._meta.concrete_fields if _about_somebody(table) else ():
            column, where = table.columns.get(field.name), f"{table.name}.{field.name}"
            text = isinstance(field, models.CharField | models.TextField) and not field.choices
            hidden = text and column is not None and column.kind == "technical"
            if hidden and field.name not in OUR_WORDS and where not in TEXTS_OF_OTHERS:
                found.append(
                    f"{where}: a text, declared technical; if it is a word of ours, add it to core/map_words.py"
                )
    return found


def states_are_somebodys(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """A state, an outcome or a flag in a table about somebody is theirs, unless it is known to be of something else."""
    found, left = [], set(STATES_OF_THINGS)
    for model, table in _tables(map_, models_):
        for field in model._meta.concrete_fields if _about_somebody(table) else ():
            column, where = table.columns.get(field.name), f"{table.name}.{field.name}"
            if column is None or not (field.choices or isinstance(field, models.BooleanField)):
                continue
            left.discard(where)
            if column.kind == "technical" and where not in STATES_OF_THINGS:
                found.append(
                    f"{where}: a state, declared technical; if it is not the person's, say whose in core/map_words.py"
                )
            if column.kind != "technical" and where in STATES_OF_THINGS:
                found.append(f"{where}: declared as the person's, but core/map_words.py says it is not")
    return found + [f"{where}: core/map_words.py knows a state that there is not" for where in sorted(left)]


def ways_to_people_are_links(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """Foreign keys to persons and accounts, and ids of persons that outlive them, are links, each with the right end."""
    found = []
    for model, table in _tables(map_, models_):
        for field in model._meta.concrete_fields:
            column = table.columns.get(field.name)
            if column is None:
                continue
            where, way = f"{table.name}.{field.name}", _way_to_a_person(field)
            if way and column.kind != "link" and not (model._meta.label == PERSON and field.primary_key):
                found.append(f"{where}: it leads to a person, so it is a link")
            if column.kind != "link":
                continue
            if not way:
                found.append(f"{where}: a link that leads to nobody")
            if column.erase is None or column.export is None:
                found.append(f"{where}: a link says how it is exported and erased")
                continue
            allowed = _ends(model, table, field, way)
            if column.erase.how not in allowed:
                found.append(
                    f"{where}: erased by {column.erase.how}, but only {' or '.join(sorted(allowed))} works here"
                )
            ours = _heads(table) | {"guardian"}
            shown = "plain" if field.name in ours and column.clause != "disclose.authorities" else "omitted"
            if table.name.startswith("privacy_authority"):
                shown = "omitted"
            if column.export.how != shown:
                found.append(
                    f"{where}: exported {column.export.how}, but {shown} is right: others and staff are not named"
                )
    return found


def subjects_are_found(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """A row that hangs on somebody's row is about them, the path leads there, and guests are found by their address."""
    by_name = {model._meta.db_table: model for model in models_}
    found = []
    for model, table in _tables(map_, models_):
        fields = {field.name: field for field in model._meta.concrete_fields}
        head = table.subject.split(".", 1)[0]
        if (head.startswith("by_") or head.endswith("_by")) and head != "accepted_by":
            found.append(f"{table.name}: a row is not about who made it ({head})")
        step = table.email.split(".", 1)[0]
        above = fields.get(step) if "." in table.email else None
        parent = (
            map_.tables.get(above.related_model._meta.db_table) if above is not None and above.related_model else None
        )  # type: ignore[union-attr]  # a key has one
        if parent is not None and parent.subject and table.subject != f"{step}.{parent.subject}":
            found.append(f"{table.name}: its people are found by {step}.{parent.subject}")
        if table.subject and head not in fields and not hasattr(model, head):
            found.append(f"{table.name}: there is no way along {table.subject}")
        parents = [name for name, field in fields.items() if _parent_about_somebody(map_, field)]
        if parents and not _about_somebody(table) and table.name not in ABOUT_NOBODY:
            found.append(
                f"{table.name}: hangs on {', '.join(parents)}, which is about somebody, but says not whose it is"
            )
        ours = [
            name
            for name, field in fields.items()
            if name in {"person", "buyer", "subject_id", "child"} and _way_to_a_person(field)
        ]
        if ours and not table.subject:
            found.append(f"{table.name}: has {ours[0]}, but does not say whose row it is")
        if table.subject and "." not in table.subject and head in fields and fields[head].null:
            addresses = [name for name, column in table.columns.items() if column.category == "user.email"]
            addresses += [f"{one}.{parent.email}" for one, parent in _parents_with_address_only(map_, fields)]
            if addresses and table.email not in addresses:
                found.append(f"{table.name}: guests are found by {addresses[0]}, but the table does not say so")
        if "." in table.subject and head in fields:
            parent = map_.tables.get(fields[head].related_model._meta.db_table) if fields[head].related_model else None  # type: ignore[union-attr]  # a key has one
            if parent is not None and parent.email and table.email != f"{head}.{parent.email}":
                found.append(f"{table.name}: guests are found by {head}.{parent.email}, but the table does not say so")
        if not table.subject and table.email and "." in table.email and table.email.split(".")[0] not in fields:
            found.append(f"{table.name}: there is no way along {table.email}")
    return found + [f"{name}: about nobody, but there is no such table" for name in ABOUT_NOBODY if name not in by_name]


def values_leave_as_they_should(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """Export and redaction follow from what a value is: secrets stay, everything else is the person's to have."""
    found = []
    for model, table in _tables(map_, models_):
        fields = {field.name: field for field in model._meta.concrete_fields}
        for column in table.columns.values():
            if column.kind not in {"personal", "freetext"}:
                continue
            where = f"{table.name}.{column.name}"
            sealed = column.category == "user.cpr" and isinstance(fields.get(column.name), models.BinaryField)
            secret = column.category in SECRETS or column.clause == "disclose.authorities" or sealed
            wanted = "omitted" if secret else "plain"
            if column.export is None or column.export.how != wanted:
                found.append(f"{where}: its export is {wanted}")
            elif wanted == "omitted" and not column.export.why:
                found.append(f"{where}: left out of an export without a reason")
            redacted = REDACTED.get(column.category, "drop")
            if column.redact is None or column.redact.how != redacted:
                found.append(f"{where}: {column.category} is redacted as {redacted}")
    return found


def erasure_is_one_thing(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """A row is deleted whole or not at all; what is kept has a law that keeps it; append-only rows lose their key."""
    found = []
    for model, table in _tables(map_, models_):
        append_only = bool(getattr(model, "append_only", False))
        whole = _deleted_whole(model, table)
        for column in table.columns.values():
            where = f"{table.name}.{column.name}"
            if column.kind == "derived" and not _about_somebody(table):
                if column.erase is None or column.erase.how != "expires":
                    found.append(f"{where}: nobody can be found by it, so it expires")
                continue
            if column.kind not in {"personal", "freetext", "derived"} or not _about_somebody(table):
                continue
            if column.erase is None or column.keep is None:
                found.append(f"{where}: says neither how it is erased nor how long it is kept")
                continue
            wanted = _erased(column, whole=whole, append_only=append_only)
            if column.erase.how != wanted:
                found.append(f"{where}: erased by {column.erase.how}, but {wanted} fits its table, law and retention")
            elif wanted == "kept" and (column.erase.law, column.erase.until) != KEPT.get(column.keep.name):
                found.append(f"{where}: kept by another law, or for longer, than its retention rule says")
    return found


def _erased(column: Column, *, whole: bool, append_only: bool) -> str:
    assert column.keep is not None
    laws = {basis.law for basis in column.purposes.values()}
    if append_only:
        return "destroy_key"
    if BOOKKEEPING.law in laws or column.keep.name == "member_evidence":
        return "kept"
    if column.clause in {"disclose.authorities", "cookie.consent"}:
        return "expires"
    return "delete_row" if whole else "blank"


def _deleted_whole(model: ModelType, table: Table) -> bool:
    """Rows that cannot live without their person: the person's own, what a NOT NULL key ties to them, and consents."""
    if model._meta.label == PERSON or table.subject == "session_data" or table.name in GOES_WITH_THE_PERSON:
        return True
    if not table.subject:
        return bool(table.email) and "." not in table.email and table.name == "organizations_invitation"
    fields = {field.name: field for field in model._meta.concrete_fields}
    head = fields.get(table.subject.split(".", 1)[0])
    if head is None or head.related_model is None:
        return False
    if "." not in table.subject:
        return not head.null
    # Further away: the parent goes, and this row with it, unless the association keeps the parent as its own record.
    return "organization" not in fields or table.name == "certificates_cprnumber"


def _ends(model: ModelType, table: Table, field: Any, way: str) -> set[str]:
    """How a link may end."""
    if way == "id":  # an id that outlives the person and says nothing then
        return {"destroy_key"} if model._meta.label == "core.AuditEntry" else {"expires"}
    if not field.null:
        return {"delete_row"}
    if field.name.startswith("agent"):  # of the staff: the row is not theirs, and stays
        return {"unlink"}
    return {"delete_row"} if table.name in GOES_WITH_THE_PERSON else {"unlink"}


def _way_to_a_person(field: Any) -> str:
    related = getattr(field, "related_model", None)
    if related is not None:
        return "key" if related._meta.label in {PERSON, "accounts.Account"} else ""
    return "id" if isinstance(field, models.UUIDField) and field.name in {"subject_id", "actor_id"} else ""


def _parent_about_somebody(map_: DataMap, field: Any) -> bool:
    related = getattr(field, "related_model", None)
    if related is None or related._meta.label in {PERSON, "accounts.Account"}:
        return False
    parent = map_.tables.get(related._meta.db_table)
    return parent is not None and _about_somebody(parent)


def _parents_with_address_only(map_: DataMap, fields: dict[str, Any]) -> Iterator[tuple[str, Table]]:
    """Parents whose people are known by an address alone, such as a case of somebody who wrote."""
    for name, field in fields.items():
        parent = map_.tables.get(field.related_model._meta.db_table) if field.related_model else None
        if parent is not None and parent.email and not parent.subject:
            yield name, parent


def _heads(table: Table) -> set[str]:
    return {table.subject.split(".", 1)[0]} if table.subject else set()


def _about_somebody(table: Table) -> bool:
    return bool(table.subject or table.email)


def _plain(name: str) -> str:
    return (
        next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), name)
        if name not in NAMES
        else name
    )


def _declared(map_: DataMap) -> Iterator[tuple[Table, Column]]:
    for table in map_.tables.values():
        for column in table.columns.values():
            yield table, column


def _tables(map_: DataMap, models_: Iterable[ModelType]) -> Iterator[tuple[ModelType, Table]]:
    for model in models_:
        table = map_.tables.get(model._meta.db_table)
        if table is not None and model._meta.managed and "*" not in table.columns:
            yield model, table


def cookies_and_streams_are_told(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """Each cookie says what it holds and when it is set, each stream what it holds and how long."""
    found = [
        f"cookie {one.name}: says not what it holds, or not when"
        for one in map_.cookies.values()
        if not (one.holds and one.set_when)
    ]
    return found + [
        f"{one.name}: says not what it holds, or not how long"
        for one in map_.streams.values()
        if not (one.holds and one.keep)
    ]


def libraries_tables_are_declared(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """Also the tables that a library manages itself: no migration of Django's makes them, and no model of ours has them."""
    names = {
        model._meta.db_table
        for model in models_
        if not model._meta.managed and not apps.get_app_config(model._meta.app_label).name.startswith("conbillet.")
    }
    return [
        f"{name}: a library's table, not declared" for name in sorted({*names, "django_migrations"} - set(map_.tables))
    ]


def consent_is_for_what_is_optional(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """CPR numbers and news rest on consent; nothing that the law or a contract keeps does (GDPR art. 7, 9)."""
    found = []
    for table, column in _declared(map_):
        bases = set(column.purposes.values())
        if column.category == "user.cpr" and bases != {CONSENT}:
            found.append(f"{table.name}.{column.name}: a CPR number rests on consent alone")
        if CONSENT in bases and column.erase is not None and column.erase.how == "kept":
            found.append(f"{table.name}.{column.name}: kept by law, though it rests on consent")
    return found


def counts_are_of_nobody(map_: DataMap, models_: Iterable[ModelType]) -> list[str]:
    """A table of counts holds days, our own words from a list, what they are about, and how often; nothing by which two
    visitors could be told apart: no address, no instant, no text, no key, and no way to anybody."""
    found = []
    for model, table in _tables(map_, models_):
        if not any(column.why == COUNT_OF_USE for column in table.columns.values()):
            continue
        if _about_somebody(table):
            found.append(f"{table.name}: counts are about nobody")
        for field in model._meta.concrete_fields:
            column, where = table.columns.get(field.name), f"{table.name}.{field.name}"
            if column is None or column.kind != "technical" or column.why != COUNT_OF_USE:
                found.append(f"{where}: not declared as what it is, a part of a count")
            if not (field.primary_key or _fit_for_a_count(map_, field)):
                found.append(f"{where}: a count holds days, words from a list and numbers, and no {type(field).__name__}")
    return found


def _fit_for_a_count(map_: DataMap, field: Any) -> bool:
    if field.related_model is not None:
        return not _way_to_a_person(field) and not _parent_about_somebody(map_, field)
    if isinstance(field, models.CharField):
        return bool(field.choices)
    if isinstance(field, models.IntegerField):
        return bool(field.name == "times")
    return isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)


RULES = (
    names_say_what_they_hold,
    texts_are_somebodys,
    states_are_somebodys,
    ways_to_people_are_links,
    subjects_are_found,
    values_leave_as_they_should,
    erasure_is_one_thing,
    consent_is_for_what_is_optional,
    cookies_and_streams_are_told,
    libraries_tables_are_declared,
    counts_are_of_nobody,
)
