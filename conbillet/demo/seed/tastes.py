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


def fate_of_order(convention: Convention, random: Random) -> tuple[str, str]:
    """How an order is to be paid, and how it ends: most are paid by card at once; some wait, some were given up."""
    event = convention.event
    ends = {("card", "paid"): 82, ("card", "cancelled"): 4, ("card", "expired"): 4}
    if event.transfer_allowed:
        ends[("transfer", "paid")] = 5
    if event.state != "closed":
        ends |= {("transfer", "waiting"): 2} if event.transfer_allowed else {}
        ends |= {("door", "waiting"): 3} if event.door_allowed else {}
    return random.choices(list(ends), list(ends.values()))[0]
