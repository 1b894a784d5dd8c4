"""An honest attacker: knows the program, when each person came and went, and every edition; not where anybody stands.

Goes through every world there could be and keeps those in which the very same would have been seen, also that nothing was.
What all of them agree on is known. To keep the worlds countable, the least numbers are small: the rule is the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ..safety import NOTHING, Edition, next_edition

Step = int  # 0: somebody comes. -n: the n-th who came goes, refunded or erased.
Rule = Callable[..., Edition | None]


@dataclass(frozen=True)
class Setting:
    """How a table is published: its cells, the least number, and the larger one of the public page (0: none)."""

    cells: str
    least: int
    public: int = 0

    @property
    def places(self) -> str:
        """Where people may stand; `?` are those who did not say."""
        return self.cells + "?"


@dataclass(frozen=True)
class Seen:
    """What can be seen: both editions, and what a planted bug shows besides."""

    office: Edition = NOTHING
    public: Edition = NOTHING
    extra: tuple[object, ...] = ()

    def by(self, eyes: str) -> tuple[object, ...]:
        """What stands on the pages that these eyes see: numbers only, never how many were counted."""
        office = dict(self.office.shown) if eyes == "office" else None
        return office, dict(self.public.shown), self.extra


@dataclass(frozen=True)
class Bug:
    """What may be planted: another rule, or something shown besides."""

    rule: Rule = next_edition
    extra: Callable[[Mapping[str, int]], tuple[object, ...]] = lambda counts: ()


NO_BUG = Bug()


def counts_after(setting: Setting, world: Sequence[str], steps: Sequence[Step]) -> Iterator[dict[str, int]]:
    """Where people stand after each step, in a world that says where each of them belongs."""
    counts, came = dict.fromkeys(setting.places, 0), 0
    for step in steps:
        if step:
            counts[world[-step - 1]] -= 1
        else:
            counts[world[came]] += 1
            came += 1
        yield dict(counts)


def look(setting: Setting, counts: Mapping[str, int], before: Seen, bug: Bug) -> Seen:
    """What is published of these counts after what was published before; the public edition is made of the other alone."""
    people, cells = sum(counts.values()), {cell: counts[cell] for cell in setting.cells}
    office = bug.rule(cells, people=people, before=before.office, least=setting.least)
    if office is None:
        return before
    public = None
    if setting.public:
        upon = {cell: office.shown.get(cell, 0) for cell in cells}
        public = bug.rule(upon, people=people, before=before.public, least=setting.public)
    return Seen(office, public or before.public, bug.extra(cells))


def publish(setting: Setting, world: Sequence[str], steps: Sequence[Step], bug: Bug = NO_BUG) -> list[Seen]:
    """What can be seen after each step."""
    seen = [Seen()]
    for counts in counts_after(setting, world, steps):
        seen.append(look(setting, counts, seen[-1], bug))
    return seen[1:]


def possible(
    setting: Setting, steps: Sequence[Step], seen: Sequence[Seen], bug: Bug, eyes: str
) -> list[tuple[str, ...]]:
    """Every world in which these eyes would have seen the same, step by step; those that differ are dropped at once."""
    worlds: list[tuple[tuple[str, ...], dict[str, int], Seen]] = [((), dict.fromkeys(setting.places, 0), Seen())]
    for step, one in zip(steps, seen, strict=True):
        wanted, left = one.by(eyes), []
        for world, counts, before in worlds:
            for place in [world[-step - 1]] if step else setting.places:
                now = {**counts, place: counts[place] + (-1 if step else 1)}
                found = look(setting, now, before, bug)
                if found.by(eyes) == wanted:
                    left.append((world if step else (*world, place), now, found))
        worlds = left
    return [world for world, _counts, _seen in worlds]


def known(
    setting: Setting, steps: Sequence[Step], seen: Sequence[Seen], bug: Bug = NO_BUG, *, eyes: str = "office"
) -> list[str]:
    """What the attacker knows and must not: a few in some cells, a few who came to them, or where somebody stands.

    Numbers are judged at the looks, which everybody may know of.
    """
    worlds = possible(setting, steps, seen, bug, eyes)
    least = setting.public if eyes == "public" else setting.least
    few, fewer = set(range(1, least)), set(range(1 - least, 0))
    found = []
    for number, places in enumerate(zip(*worlds, strict=True), 1):
        if len(set(places)) == 1 and places[0] != "?":
            found.append(f"person {number} is in {places[0]}")
    tables = [list(counts_after(setting, world, steps)) for world in worlds]
    edition = [one.public if eyes == "public" else one.office for one in seen]
    looks = [at for at in range(len(seen)) if edition[at] != (edition[at - 1] if at else NOTHING)]
    for cells in _some(setting.cells):
        for place, at in enumerate(looks):
            numbers = {sum(table[at][cell] for cell in cells) for table in tables}
            if numbers <= few:
                found.append(f"{cells} is {sorted(numbers)} after step {at}")
            for earlier in looks[:place]:
                changes = {sum(table[at][cell] - table[earlier][cell] for cell in cells) for table in tables}
                if changes <= few or changes <= fewer:
                    found.append(f"{cells} changes by {sorted(changes)} between steps {earlier} and {at}")
    return found


def _some(cells: str) -> list[str]:
    """Every choice of cells, so that sums over a row are attacked, too."""
    return ["".join(cell for cell, taken in zip(cells, choice, strict=True) if taken) for choice in product((True, False), repeat=len(cells)) if any(choice)]  # fmt: skip
