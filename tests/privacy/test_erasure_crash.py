"""The process is killed in the middle of an erasure: whoever was written into the ledger is erased by the replay."""

from datetime import date

import pytest
from django.conf import settings
from django.db import connection

from conbillet.accounts.models import Person
from conbillet.core import rows
from conbillet.privacy.erasure import erase as room
from conbillet.privacy.erasure.ledger import ledger
from conbillet.privacy.erasure.replay import replay_ledger, waiting
from conbillet.privacy.models import Erasure
from conbillet.privacy.residue import Needles, in_database
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.workflows.erasure import erase_myself
from tests import invariants
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.purchases import PersonDetails, order_of, pay_for
from tests.test_crash_points import Killer, killed_at, roomy

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = 16  # how many of the some hundred statements are tried


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


class Counter(Killer):
    def __init__(self) -> None:
        super().__init__(at=-1)


def somebody(world, now, number: int) -> Person:
    """Has bought, and ordered without paying."""
    name, email = f"Crash Test {number} Zqv", f"crash{number}-zqv@example.com"
    person = make_person(name, email)
    details = PersonDetails(name=name, badge_name="", email=email, birth_date=date(1980, 1, 1), gender="", street="",
                            postcode="", city="")  # fmt: skip
    pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(details,)), now)
    order_of(world, now, Wish(world.adult.pk, 1), people=(details,))
    attach_orders(person_id=person.pk, email=email, now=now)
    return person


def left(number: int) -> list[str]:
    return [str(hit) for hit in in_database(Needles([f"Crash Test {number} Zqv", f"crash{number}-zqv@example.com"]))]


def come_back(person: Person, now) -> None:
    """As the house does when it starts again, and the person who saw an error."""
    replay_ledger(now=now)
    again = Person.objects.filter(pk=person.pk).first()
    if again is not None:  # the crash was before the ledger: nothing had been promised
        assert not [entry for entry in ledger().entries() if entry.subject == person.pk]
        erase_myself(person=again, void_tickets=False, now=now)
    run_jobs()


def points(world, now) -> list[int]:
    counter = Counter()
    with connection.execute_wrapper(counter):
        erase_myself(person=somebody(world, now, 0), void_tickets=False, now=now)
    last = counter.count
    return sorted({*range(1, last, max(1, last // STEPS)), last - 2, last - 1, last, last + 1})


def test_killed_anywhere_in_an_erasure_it_is_finished(world, now):
    roomy(world)
    for number, point in enumerate(points(world, now), start=1):
        person = somebody(world, now, number)
        killed_at(point, lambda person=person: erase_myself(person=person, void_tickets=False, now=now))
        rows._ids.clear()  # a child that came to its end has used the ids that we had at hand, too
        come_back(person, now)
        assert left(number) == [], f"killed at statement {point}"
        assert waiting(now=now) == []
        assert Erasure.objects.filter(subject_id=person.pk).count() == 1
    assert invariants.broken() == []


def test_planted_an_erasure_without_its_ledger_is_caught(world, now, monkeypatch):
    """The twin: were the ledger written after the rows, a crash in between would leave nobody who remembers."""
    roomy(world)
    person = somebody(world, now, 1)

    class Late:
        def append(self, **values):
            from datetime import UTC

            from conbillet.core.erasure_ledger import Erasure as Entry

            return Entry(1, values["subject"], values["scope"], values["now"].astimezone(UTC), "", "")

    monkeypatch.setattr(room, "ledger", Late)
    assert killed_at(40, lambda: erase_myself(person=person, void_tickets=False, now=now))
    replay_ledger(now=now)
    assert left(1)
