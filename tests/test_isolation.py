"""One test leaves nothing to the next: not in the job queue, which the test framework does not empty by itself."""

import pytest

from conbillet.core.facts import announce
from tests.jobs import announced

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_committed_job_does_not_outlive_its_test(turn: str) -> None:
    """Whichever comes first leaves a job of a row that the other does not have."""
    assert announced() == []
    announce("refund_requested", refund=1)
    assert announced() == [("refund_requested", {"refund": 1})]
