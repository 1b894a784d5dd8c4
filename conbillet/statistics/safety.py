"""What may be shown of a table of people, so that nobody can be worked out: the whole of the rule, and nothing else.

A table has cells, and beside them people of whom nobody can know how many they are: those who did not say, or asked to be
left out. Numbers are counted down to a multiple of `least` (5 for the association, 10 on the public page), and what is
smaller is not shown. Three rules more:

1. **Looks are rare.** The table is looked at again when twice `least` more people are there, whoever they are.
2. **The rest never shrinks.** The rest are those who are counted and not shown. So what is shown never rises by more than
   people came; where it would, a step is held back.
3. **Not everybody who came stands in one cell.** `least` of them may stand elsewhere, or a step is held back.

Then there is always this world: in every cell stand exactly as many as are shown, none where nothing is shown, everybody
else did not say, and at each look the very same comes out. So whoever looks can never know of a few people in some cells,
nor that a few came, even when they know this program, the date of every purchase and deletion, and everything that was ever
shown. The tests attack it (`tests/attacker.py`), and decision 27 tells it at length.

Whatever else is shown of these people must follow from the editions: the exact number of people in a table, or of those who
did not say, does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LEAST_OFFICE, LEAST_PUBLIC = 5, 10


@dataclass(frozen=True)
class Edition:
    """A look at a table. `people` is how many there were, shown or not, and is itself never shown."""

    people: int = 0
    shown: Mapping[str, int] = field(default_factory=dict)

    @property
    def rest(self) -> int:
        """How many are counted and not shown."""
        return self.people - sum(self.shown.values())


NOTHING = Edition()


def next_edition(counts: Mapping[str, int], *, people: int, before: Edition, least: int) -> Edition | None:
    """The edition that follows `before`, or None while too few have come. `people` are all, also those in no cell.

    A number once shown stays when people are refunded or erased: so nobody sees that somebody went.
    """
    came = people - before.people
    if came < 2 * least:
        return None
    shown = {cell: max(before.shown.get(cell, 0), number - number % least) for cell, number in counts.items()}
    rest = people - sum(shown.values())

    def rise(cell: str) -> int:
        return shown[cell] - before.shown.get(cell, 0)

    while shown:
        highest = max(shown, key=lambda cell: (rise(cell), cell))
        if not rise(highest) or (rest >= before.rest and came - rise(highest) >= least):
            break
        shown[highest] -= least
        rest += least
    return Edition(people, {cell: number for cell, number in shown.items() if number})
