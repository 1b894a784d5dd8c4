"""Are the checks of the data map and of the policy any good? `python -m bench.privacy_mutations`, part of `make bench-privacy`.

Every declaration is taken out, and every word of it falsified, one at a time; each time the checks must complain. What
none of them notices is a survivor, and listed. The checks are those of the code alone: that a changed map also makes the
approved documents in `docs/privacy` stale would catch every change, and is not counted.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

PURPOSE, EVERYWHERE = "use.improve", "planted"
CHECKS_SECONDS = 5.0


class Mutant(NamedTuple):
    """`kind` is what was done, `where` to which declaration."""

    kind: str
    where: str
    map_: Any


def mutants(house: Any) -> Iterator[Mutant]:
    """Every falsification of the map, one at a time."""
    for table in house.tables.values():
        yield from _of_table(house, table)
        for column in table.columns.values():
            if column.name == "*":
                continue
            for kind, changed in _of_column(column):
                yield Mutant(kind, f"{table.name}.{column.name}", _with_column(house, table, column.name, changed))
    for group, of_one in (("cookies", _of_cookie), ("processors", _of_processor), ("streams", _of_stream)):
        for name, one in getattr(house, group).items():
            for kind, changed in of_one(one):
                yield Mutant(f"{group}: {kind}", name, _with(house, group, name, changed))
        more = replace(next(iter(getattr(house, group).values())), name=EVERYWHERE)
        yield Mutant(f"{group}: one more", EVERYWHERE, _with(house, group, EVERYWHERE, more))


def _of_table(house: Any, table: Any) -> Iterator[Mutant]:
    yield Mutant("table taken out", table.name, _with(house, "tables", table.name, None))
    if "*" in table.columns:
        return
    for kind, changes in (("subject taken out", {"subject": ""}), ("address of guests taken out", {"email": ""})):
        if getattr(table, next(iter(changes))):
            yield Mutant(kind, table.name, _with(house, "tables", table.name, replace(table, **changes)))
    for column in table.columns.values():
        if column.kind == "link" and table.subject and column.name != table.subject.split(".")[0]:
            other = replace(table, subject=column.name)
            yield Mutant("subject is somebody else", table.name, _with(house, "tables", table.name, other))
    from conbillet.core.data_map import Column

    ghost = Column("no_such_column", "technical", why="row key")
    yield Mutant("column that is not there", table.name, _with_column(house, table, ghost.name, ghost))


def _of_column(column: Any) -> Iterator[tuple[str, Any]]:
    from conbillet.core import data_map as words

    yield "column taken out", None
    if column.kind == "technical":
        yield "reason taken out", replace(column, why="")
        return
    yield "declared technical", words.Column(column.name, "technical", why="row key")
    yield (
        "declared as a text of the association",
        words.Column(column.name, "technical", why="texts of the association"),
    )
    for erase in _others(column.erase, _ends(words)):
        yield "erased otherwise", replace(column, erase=erase)
    yield "not erased", replace(column, erase=None)
    if column.kind == "derived":
        yield "derived from nothing", replace(column, of="")
        return
    flipped = words.plain if column.export.how == "omitted" else words.omitted("no reason")
    yield "exported otherwise", replace(column, export=flipped)
    yield "not exported", replace(column, export=None)
    if column.kind == "link":
        return
    yield "kind changed", replace(column, kind="personal" if column.kind == "freetext" else "freetext")
    for category in _others(
        column.category, ["user.name", "user.address", "user.content", "user.secret", "user.consent", "user.email"]
    ):
        yield "category changed", replace(column, category=category)
    for clause in _others(
        column.clause,
        [
            "",
            "collect.name",
            "collect.email",
            "collect.contact",
            "use.services",
            "use.identify",
            "disclose.authorities",
            "cookie.login",
        ],
    ):
        yield "clause changed", replace(column, clause=clause)
    yield from _of_purposes(column, words)
    for recipient in sorted(words.RECIPIENTS):
        if recipient in column.recipients:
            yield "recipient taken out", replace(column, recipients=column.recipients - {recipient})
        else:
            yield "recipients widened", replace(column, recipients=column.recipients | {recipient})
    for keep in _others(column.keep, _keeps(words)):
        yield "kept otherwise", replace(column, keep=keep)
    yield "period falsified", replace(column, keep=replace(column.keep, period="10 years"))
    yield "not kept by any rule", replace(column, keep=None)
    for redact in _others(column.redact, [words.same, words.initials, words.drop, words.year_only]):
        yield "redacted otherwise", replace(column, redact=redact)


def _of_purposes(column: Any, words: Any) -> Iterator[tuple[str, Any]]:
    yield "purposes taken out", replace(column, purposes={})
    yield "purpose added", replace(column, purposes={**column.purposes, PURPOSE: words.LEGITIMATE_INTEREST})
    for purpose, basis in column.purposes.items():
        rest = {one: other for one, other in column.purposes.items() if one != purpose}
        for instead in sorted(words.PURPOSES - set(column.purposes)):
            yield "purpose changed", replace(column, purposes={**rest, instead: basis})
        for other in _others(basis, [words.CONTRACT, words.CONSENT, words.LEGITIMATE_INTEREST, words.BOOKKEEPING]):
            yield "basis changed", replace(column, purposes={**rest, purpose: other})


def _of_cookie(cookie: Any) -> Iterator[tuple[str, Any]]:
    yield "taken out", None
    yield "renamed", replace(cookie, name=EVERYWHERE)
    yield "lives longer", replace(cookie, max_age_days=cookie.max_age_days + 30)
    yield "not necessary", replace(cookie, necessary=not cookie.necessary)
    yield "somebody else's", replace(cookie, party="Google")
    yield (
        "another clause",
        replace(cookie, clause="cookie.login" if cookie.clause != "cookie.login" else "cookie.consent"),
    )
    yield "does not say when", replace(cookie, set_when="")
    yield "does not say what", replace(cookie, holds="")


def _of_processor(processor: Any) -> Iterator[tuple[str, Any]]:
    yield "taken out", None
    yield "renamed", replace(processor, name=EVERYWHERE)
    yield "another country", replace(processor, country="US" if processor.country != "US" else "IE")
    yield "another clause", replace(processor, clause="use.purchases")
    yield "gets more", replace(processor, sends=(*processor.sends, "user.phone"))
    yield "gets nothing", replace(processor, sends=())
    yield "does not say when", replace(processor, when="")
    yield "sends on", replace(processor, third=(*processor.third, "IN"))
    if processor.third:
        yield "does not say to where it sends on", replace(processor, third=())
    if processor.safeguard:
        yield "safeguard taken out", replace(processor, safeguard="")


def _of_stream(stream: Any) -> Iterator[tuple[str, Any]]:
    yield "taken out", None
    yield "does not say what", replace(stream, holds="")
    yield "does not say how long", replace(stream, keep="")
    yield "kept otherwise", replace(stream, keep="10 years")
    yield "holds names", replace(stream, holds="names and addresses")
    if stream.place:
        yield "lies elsewhere", replace(stream, place="elsewhere/*")


def _ends(words: Any) -> list[Any]:
    bookkeeping = words.KEPT_FOR_BOOKKEEPING
    kept = [bookkeeping, replace(bookkeeping, until="for ever"), replace(bookkeeping, law="habit"), words.kept("", "")]
    return [words.blank, words.delete_row, words.unlink, words.destroy_key, words.expires, *kept]


def _keeps(words: Any) -> list[Any]:
    return [one for one in vars(words).values() if isinstance(one, words.Keep)]


def _others(value: Any, all_: list[Any]) -> list[Any]:
    """All but the value; of two ways to keep, which differ in the law alone, both are other ways."""
    return [one for one in all_ if one != value]


def _with_column(house: Any, table: Any, name: str, column: Any) -> Any:
    columns = {key: value for key, value in table.columns.items() if key != name}
    if column is not None:
        columns[name] = column
    return _with(house, "tables", table.name, replace(table, columns=columns))


def _with(house: Any, group: str, name: str, one: Any) -> Any:
    """The map with one declaration put in another's place, or taken out."""
    copy = type(house)()
    copy._loaded = True
    for part in ("tables", "cookies", "processors", "streams"):
        setattr(copy, part, getattr(house, part))
    changed = {key: value for key, value in getattr(house, group).items() if key != name}
    if one is not None:
        changed[one.name] = one
    setattr(copy, group, changed)
    return copy


def checks() -> list[Callable[[Any], list[str]]]:
    """The checks of the map and of the policy, quickest to complain first; none of them reads a generated document."""
    from conbillet.consents import policy_checks
    from conbillet.consents.queries import texts
    from conbillet.core.checks import CHECKS, all_models
    from conbillet.privacy import activity_checks

    models, library = all_models(), texts()
    of_the_map = [lambda map_, one=one: one(map_, models) for one in CHECKS]
    return [*of_the_map, activity_checks.complaints, lambda map_: policy_checks.complaints(library, map_)]


def caught(map_: Any, checks_: list[Callable[[Any], list[str]]]) -> bool:
    """Whether a check complains, or falls over it: either way the build is red."""
    for check in checks_:
        try:
            if check(map_):
                return True
        except (LookupError, AttributeError, TypeError, ValueError):
            return True
    return False


def survivors(every: int = 1) -> tuple[Counter[str], Counter[str], list[Mutant]]:
    """Tried and caught by kind, and those that nobody noticed; `every` > 1 tries each so-manieth only."""
    from conbillet.core.data_map import data_map

    house, checks_ = data_map.load(), checks()
    assert not caught(house, checks_), "the map itself has complaints"
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alive = []
    for number, mutant in enumerate(mutants(house)):
        if number % every:
            continue
        tried[mutant.kind] += 1
        if caught(mutant.map_, checks_):
            found[mutant.kind] += 1
        else:
            alive.append(mutant)
    return tried, found, alive


def only_checks() -> int:
    """How long it takes to look at the map as it is, declarations and texts read anew."""
    from conbillet.core.data_map import data_map

    began = time.perf_counter()
    house = data_map.load()
    loaded = time.perf_counter() - began
    wrong = [complaint for check in checks() for complaint in check(house)]
    took = time.perf_counter() - began
    columns = sum(len(table.columns) for table in house.tables.values())
    print(f"{len(house.tables)} tables, {columns} columns: {took:.2f} s, {loaded:.2f} s of it to read the declarations")
    return 1 if wrong or took > CHECKS_SECONDS else 0


def main() -> int:
    import django

    django.setup()
    if "--only-checks" in sys.argv:
        return only_checks()
    began = time.monotonic()
    tried, found, alive = survivors()
    for kind, count in sorted(tried.items()):
        print(f"{kind}: {found[kind]} of {count}")
    for mutant in alive:
        print(f"SURVIVED {mutant.kind}: {mutant.where}")
    share = found.total() / tried.total()
    print(f"{found.total():,} of {tried.total():,} mutants caught: {share:.2%} ({time.monotonic() - began:.0f} s)")
    return 1 if alive else 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    os.environ.setdefault("CONBILLET_SECRET_KEY", "a key for the bench only")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@/nothing?host=/nonexistent")
    sys.exit(main())
