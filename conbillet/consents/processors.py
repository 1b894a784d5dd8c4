"""Lists of sub-processors, as associations agreed to them: `policy/processors/<day>.json`, one file a version.

A list is a picture of the data map's processors. Nobody is added, taken away or given something else without a new list,
which is announced so many days before it applies as the agreement promises (`NOTICE`); a published list is never edited.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from conbillet.core.data_map import DataMap, Processor

DOCUMENT = "processors"
NOTICE = timedelta(days=30)  # policy/agreement: "at least 30 days before"


@dataclass(frozen=True)
class Listed:
    """One sub-processor on a list, in the map's own words."""

    name: str
    country: str
    third: tuple[str, ...]
    sends: tuple[str, ...]
    when: str
    safeguard: str


@dataclass(frozen=True)
class ProcessorList:
    """One version; its name is the day on which it was announced."""

    announced_on: date
    effective_on: date
    processors: tuple[Listed, ...]
    text_hash: str

    @property
    def name(self) -> str:
        return self.announced_on.isoformat()


@dataclass(frozen=True)
class Change:
    """What a list changes: `kind` is added, removed or changed; `before` or `after` is None where there is none."""

    kind: str
    before: Listed | None
    after: Listed | None

    @property
    def listed(self) -> Listed:
        found = self.after or self.before
        assert found is not None
        return found


def of_map(map_: DataMap) -> tuple[Listed, ...]:
    """The processors as the map declares them today, by name."""
    return tuple(_listed(one) for one in sorted(map_.processors.values(), key=lambda one: one.name))


def read_lists(folder: Path) -> tuple[ProcessorList, ...]:
    """Every version, the oldest first; each hash covers the one before."""
    found: list[ProcessorList] = []
    for path in sorted(folder.glob("????-??-??.json")):
        previous = found[-1].text_hash if found else ""
        content = json.loads(path.read_text())
        listed = tuple(_from_json(one) for one in content["processors"])
        digest = sha256(f"{previous}\n{path.name}\n".encode() + path.read_bytes()).hexdigest()
        found.append(
            ProcessorList(
                date.fromisoformat(path.name[:10]), date.fromisoformat(content["effective_on"]), listed, digest
            )
        )
    return tuple(found)


def written(processors: Iterable[Listed], *, effective_on: date) -> str:
    """The content of a version's file."""
    rows = [{**vars(one), "third": list(one.third), "sends": list(one.sends)} for one in processors]
    return json.dumps({"effective_on": effective_on.isoformat(), "processors": rows}, indent=1, ensure_ascii=False) + "\n"


def current_list(lists: tuple[ProcessorList, ...], on: date) -> ProcessorList:
    """The list that applies on a day; the first one before that."""
    return next((one for one in reversed(lists) if one.effective_on <= on), lists[0])


def coming_list(lists: tuple[ProcessorList, ...], on: date) -> ProcessorList | None:
    """The next list that was announced and does not apply yet."""
    return next((one for one in lists if one.announced_on <= on < one.effective_on and one is not lists[0]), None)


def changes(before: ProcessorList, after: ProcessorList) -> list[Change]:
    """What the later list changes, by name."""
    old, new = ({one.name: one for one in each.processors} for each in (before, after))
    found = []
    for name in sorted(old.keys() | new.keys()):
        kind = "added" if name not in old else "removed" if name not in new else "changed"
        if old.get(name) != new.get(name):
            found.append(Change(kind, old.get(name), new.get(name)))
    return found


def since(lists: tuple[ProcessorList, ...], name: str, on: date) -> date | None:
    """Since when somebody has been on the lists without a break; None for somebody who is not on them on that day."""
    begun: date | None = None
    for one in lists:
        if one.effective_on <= on or one is lists[0]:
            here = any(listed.name == name for listed in one.processors)
            begun = (begun or one.effective_on) if here else None
    return begun


def complaints_about(lists: tuple[ProcessorList, ...], published: dict[tuple[str, str], str], map_: DataMap) -> list[str]:
    """What is wrong between the lists, their hashes and the map."""
    if not lists:
        return ["there is no list of sub-processors: python -m tools.processors"]
    found = []
    declared, newest = {one.name: one for one in of_map(map_)}, {one.name: one for one in lists[-1].processors}
    for name in sorted(declared.keys() | newest.keys()):
        if declared.get(name) != newest.get(name):
            found.append(
                f"{name}: the data map says otherwise than the newest list of sub-processors. Associations must be told "
                f"{NOTICE.days} days before: python -m tools.processors makes and dates a new list"
            )
    for before, after in zip(lists, lists[1:], strict=False):
        if after.effective_on <= before.effective_on:
            found.append(f"processors {after.name} applies before {before.name}")
        if after.effective_on - after.announced_on < NOTICE:
            found.append(f"processors {after.name} applies less than {NOTICE.days} days after it was announced")
    for one in lists:
        line = f"{DOCUMENT} {one.name} {one.text_hash}"
        hashed = published.get((DOCUMENT, one.name))
        if hashed is None:
            found.append(f"not in published.txt yet; when it is final, add: {line}")
        elif hashed != one.text_hash:
            found.append(f"published, and edited since; make a new list instead: {line}")
    return found


def _listed(one: Processor) -> Listed:
    return Listed(one.name, one.country, tuple(one.third), tuple(one.sends), one.when, one.safeguard)


def _from_json(row: dict[str, Any]) -> Listed:
    return Listed(**{**row, "third": tuple(row["third"]), "sends": tuple(row["sends"])})
