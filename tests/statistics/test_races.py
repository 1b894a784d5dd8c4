"""Two looks at once: the second sees what the first kept, and finds too few who have come since."""

import threading

import pytest
from django.db import connection

from conbillet.core.people import NOBODY
from conbillet.statistics.actions.take_editions import take_editions
from conbillet.statistics.models import TableEdition
from conbillet.statistics.tests.crowd import Guest, let_come


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_keep_one(world, now):
    let_come(world.event, world.adult, [Guest()] * 40, now=now)
    gate, problems, kept = threading.Barrier(2), [], []

    def look():
        try:
            gate.wait()
            kept.append(take_editions(event=world.event, left_out=NOBODY, now=now))
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert problems == []
    assert sorted(kept) == [0, TableEdition.objects.count()]
    parts = list(TableEdition.objects.values_list("table", "part", "least"))
    assert len(parts) == len(set(parts)) > 0
