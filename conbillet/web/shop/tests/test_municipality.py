"""A member's municipality is asked for at the checkout only where the postcode lies in several."""

import pytest

from conbillet.core import clock
from conbillet.core.official_postcodes import keep_official, read_official
from conbillet.core.tests.test_official_postcodes import TABLE
from conbillet.memberships.models import Member
from conbillet.sales.models import Order, Participant
from tests.purchases import pay_for

LYNGBY = {
    "buyer__street": "Vej 1", "buyer__postcode": "2800", "buyer__city": "Kongens Lyngby", "p1__birth_date": "01-02-2000",
    "p1__gender": "woman",
}  # fmt: skip


@pytest.fixture
def official(tmp_path, settings):
    settings.CONBILLET_DATA = tmp_path
    keep_official(read_official(TABLE.encode()))


def known() -> tuple[str, str]:
    pay_for(Order.objects.get(), clock.now())
    member = Member.objects.get()
    return member.municipality_code, member.municipality_source


@pytest.mark.usefixtures("official")
class TestAsked:
    def test_the_answer_reaches_the_order_and_the_register(self, visitor):
        visitor.add(membership=1)
        answer = visitor.buy(visitor.checkout(), **LYNGBY)
        assert "Postnummeret ligger i flere kommuner" in answer.content.decode() and not Order.objects.exists()
        answer = visitor.buy(answer, **LYNGBY, p1__municipality="0751")  # not one of them
        assert not Order.objects.exists()
        assert visitor.buy(answer, **LYNGBY, p1__municipality="0159").status_code == 303
        assert Participant.objects.get().municipality_code == "0159"
        assert known() == ("0159", "chosen")

    def test_whoever_does_not_know_buys_all_the_same(self, visitor):
        visitor.add(membership=1)
        answer = visitor.buy(visitor.checkout(), **LYNGBY)
        assert visitor.buy(answer, **LYNGBY, p1__municipality="?").status_code == 303
        assert known() == ("", "")

    def test_not_where_it_is_certain(self, visitor):
        visitor.add(membership=1)
        assert visitor.buy(visitor.checkout(), **{**LYNGBY, "buyer__postcode": "8000"}).status_code == 303

    def test_not_for_a_ticket_alone(self, visitor):
        visitor.add(adult=1)
        assert visitor.buy(visitor.checkout(), **LYNGBY).status_code == 303
        assert not Participant.objects.get().municipality_code


def test_nobody_is_asked_without_an_official_table(visitor):
    visitor.add(membership=1)
    assert visitor.buy(visitor.checkout(), **LYNGBY).status_code == 303
    assert known() == ("0173", "auto")
