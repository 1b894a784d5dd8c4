"""What made-up people buy, and what becomes of their orders."""

from datetime import date
from random import Random

from .conventions import Convention
from .names import MadeUp


def things_for(convention: Convention, person: MadeUp, on: date, random: Random) -> list[tuple[str, str | None]]:
    """What somebody of that age would buy: (product, size) pairs."""
    age = on.year - person.birth_date.year - ((on.month, on.day) < (person.birth_date.month, person.birth_date.day))
    pick = random.random
    if age <= 14:
        things: list[tuple[str, str | None]] = [("child", None)]
    elif pick() < 0.22:
        return [(f"day{random.randrange(1, 4)}", None)]
    else:
        things = [("young" if age <= 17 and "young" in convention.products else "adult", None)]
        if pick() < 0.55:
            things.append(("membership", None))
    if pick() < 0.6:
        things.append((random.choices(["sleeping", "one_night", "mattress"], [6, 2, 2])[0], None))
    if pick() < 0.35:
        things.append(("breakfast", None))
    if pick() < 0.3:
        things.append(("dinner", None))
    if pick() < 0.2 and convention.sizes:
        things.append(("shirt", random.choice(list(convention.sizes))))
    return things


def fate_of_order(convention: Convention, random: Random) -> str:
    """How an order ends: most are paid; some wait, some were given up."""
    if convention.event.state == "closed":
        return random.choices(["paid", "cancelled", "expired"], [94, 3, 3])[0]
    return random.choices(["paid", "transfer", "door", "cancelled", "expired"], [87, 2, 3, 4, 4])[0]
