"""Declarations and activities held against each other, column by column. Each check is from a map to complaints."""

from collections.abc import Mapping

from conbillet.core.data_map import Column, DataMap, Processor, Table

from .activities import ACTIVITIES, ASSOCIATIONS, PLACES, Activity, Line

# Where the law of the EU protects data as at home: the EU's members, Iceland, Liechtenstein and Norway.
EEA = {*"AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(" ")}  # noqa: SIM905  easier to read than a list


def activity_of(table: str, activities: tuple[Activity, ...] = ACTIVITIES) -> Activity | None:
    return next((activity for activity in activities if table in activity.tables), None)


def covers(line: Line, column: Column) -> bool:
    """Whether the line says the same of the column as its declaration does."""
    return (
        column.category in line.categories
        and dict(column.purposes) == dict(line.purposes)
        and column.keep == line.keep
        and column.recipients == line.recipients
        and column.clause == line.clause_of(column.category)
    )


def every_table_is_an_activitys(map_: DataMap, activities: tuple[Activity, ...] = ACTIVITIES) -> list[str]:
    """Whatever holds something about people belongs to exactly one activity, and activities name nothing else."""
    found = []
    for table in map_.tables.values():
        owners = [activity.name for activity in activities if table.name in activity.tables]
        personal = bool(table.subject or table.email) or bool(_about_people(table))
        if personal and len(owners) != 1:
            found.append(f"{table.name}: belongs to {' and '.join(owners) or 'no'} activity; see privacy/activities.py")
    for activity in activities:
        found += [f"{activity.name}: there is no table {name}" for name in sorted(activity.tables - set(map_.tables))]
        found += [
            f"{activity.name}: {name} says nothing about anybody"
            for name in sorted(activity.tables & set(map_.tables))
            if not _about_people(map_.tables[name]) and not (map_.tables[name].subject or map_.tables[name].email)
        ]
    return found


def every_column_is_in_a_line(map_: DataMap, activities: tuple[Activity, ...] = ACTIVITIES) -> list[str]:
    """What is declared of a column, its activity says too; what an activity says, some column bears out."""
    found = []
    for activity in activities:
        left = {(number, category) for number, line in enumerate(activity.lines) for category in line.categories}
        for table in (map_.tables[name] for name in sorted(activity.tables & set(map_.tables))):
            for column in table.columns.values():
                if column.kind not in {"personal", "freetext"}:
                    continue
                lines = [number for number, line in enumerate(activity.lines) if covers(line, column)]
                if not lines:
                    found.append(
                        f"{table.name}.{column.name}: no line of the activity {activity.name} says what is declared of it "
                        "(clause, purposes, recipients, keep); see privacy/activities.py"
                    )
                left -= {(number, column.category) for number in lines}
        for number, category in sorted(left):
            line = activity.lines[number]
            why, to = ", ".join(sorted(line.purposes)), ", ".join(sorted(line.recipients)) or "nobody"
            found.append(
                f"{activity.name}: no column is {category} for {why}, kept as {line.keep.name}, handed to {to}"
            )
    return found


def controllers_are_right(map_: DataMap, activities: tuple[Activity, ...] = ACTIVITIES) -> list[str]:
    """What an association is controller of carries the association; recipients need an association's row."""
    found = []
    for activity in activities:
        for table in (map_.tables[name] for name in sorted(activity.tables & set(map_.tables))):
            own = "organization" in table.columns
            if activity.controller == ASSOCIATIONS and not own:
                found.append(f"{table.name}: an association is its controller, but the row does not say which")
            for column in table.columns.values():
                if column.recipients & {"association", "association_record"} and not own:
                    found.append(
                        f"{table.name}.{column.name}: goes to an association, but the row does not say to which"
                    )
    return found


def transfers_are_safe(map_: DataMap) -> list[str]:
    """Every processor says where it is, when it gets what, and on what a transfer out of the EEA rests (art. 44-49)."""
    found = []
    for one in map_.processors.values():
        if not (one.country and one.sends and one.when):
            found.append(f"{one.name}: a processor says in which country it is, what it gets and when")
        if outside(one) and not one.safeguard:
            found.append(f"{one.name}: data reaches {', '.join(outside(one))} without a safeguard")
        if one.safeguard and not outside(one):
            found.append(f"{one.name}: a safeguard for a transfer that there is not")
    return found


def places_are_known(map_: DataMap, places: Mapping[str, tuple[str, str, str]] = PLACES) -> list[str]:
    """Files, logs and queues are those of the list, and hold and keep what it says."""
    declared = {one.name: (one.holds, one.keep, one.place) for one in map_.streams.values()}
    return [
        f"{name}: declared as {declared.get(name, 'nothing')}, but privacy/activities.py says {places.get(name, 'nothing')}"
        for name in sorted(declared.keys() | places)
        if declared.get(name) != places.get(name)
    ]


def outside(processor: Processor) -> list[str]:
    """The countries outside the EEA that a processor's data may reach."""
    return sorted({processor.country, *processor.third} - EEA)


def complaints(map_: DataMap) -> list[str]:
    return [
        *every_table_is_an_activitys(map_),
        *every_column_is_in_a_line(map_),
        *controllers_are_right(map_),
        *transfers_are_safe(map_),
        *places_are_known(map_),
    ]


def _about_people(table: Table) -> list[Column]:
    return [column for column in table.columns.values() if column.kind in {"personal", "freetext", "link"}]
