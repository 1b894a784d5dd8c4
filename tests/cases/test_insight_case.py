"""A package made from the desk: only once it was shown who asks."""

import pytest

from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import InsightPackage
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.support.models import Case
from tests.cases.conftest import a_case
from tests.jobs import run_jobs
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


@pytest.mark.proves("right.insight")
@pytest.mark.parametrize("kind", ["insight", "portability"])
def test_the_desk_lets_the_package_be_made_once_it_is_shown_who_asks(agent, world, today, kind):

    paid_order(world, today, Wish(world.adult.pk, 1))
    case = a_case(today, kind)
    path = f"/desk/cases/{case.reference}/insight/"
    assert agent.post(path).status_code == 404 and not InsightPackage.objects.exists()
    Case.objects.update(identity="code")
    assert "?draft=" in agent.post(path)["Location"]
    run_jobs()
    assert InsightPackage.objects.get().case == case
    assert OutgoingMail.objects.get(kind="insight_ready").recipient == "ada@example.com"
    Case.objects.update(kind="deletion")
    assert agent.post(path).status_code == 404
