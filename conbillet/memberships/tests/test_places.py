"""In which municipality a member lives: found from the postcode, chosen, or said by the office; abroad and unknown apart."""

from datetime import date
from itertools import count

import pytest

from conbillet.core.actor import SYSTEM
from conbillet.core.official_postcodes import keep_official, read_official
from conbillet.core.tests.test_official_postcodes import TABLE
from conbillet.memberships.actions.choose_municipality import NoSuchChoice, choose_municipality
from conbillet.memberships.actions.correct_member import correct_member
from conbillet.memberships.actions.enter_member import enter_member
from conbillet.memberships.actions.grant_membership import Dues, MemberDetails, grant_membership
from conbillet.memberships.counting.count import municipality_of
from conbillet.memberships.member_values import MemberValues
from conbillet.memberships.models import Member, MembershipType
from conbillet.memberships.places import choices_for

from .test_importing import load, one

_numbers = count(1)


def buy(world, now, **details) -> Member:
    kind = MembershipType.objects.get_or_create(organization=world.organization, name_da="Medlem")[0]
    dues = Dues(
        kind.pk, date(2026, 3, 1), date(2026, 12, 31), 7500, "Kontingent 2026", "Ib", "self", now, "card", "ch_1",
        f"line-of-place-{next(_numbers)}",
    )  # fmt: skip
    given = MemberDetails(
        **{"person_id": None, "name": "Ib", "birth_date": date(2000, 1, 1), "email": "ib@example.com", **details}
    )
    return grant_membership(organization_id=world.organization.pk, details=given, dues=dues, now=now).member


def place(member: Member) -> tuple[str, str, str]:
    member.refresh_from_db()
    shown = municipality_of(member.country, member.municipality_code)
    return member.municipality_code, member.municipality_source, shown


@pytest.fixture
def official(tmp_path, settings):
    settings.CONBILLET_DATA = tmp_path
    keep_official(read_official(TABLE.encode()))


class TestBought:
    def test_a_certain_postcode_says_it(self, world, now):
        assert place(buy(world, now, postcode="8000")) == ("0751", "auto", "0751")

    @pytest.mark.usefixtures("official")
    def test_an_ambiguous_one_says_nothing_until_somebody_does(self, world, now):
        member = buy(world, now, postcode="2800")
        assert place(member) == ("", "", "UKENDT")
        assert choices_for(country="DK", postcode="2800")[0] == ("0157", "Gentofte")
        assert choices_for(country="DK", postcode="8000") == ()
        assert choices_for(country="SE", postcode="2800") == ()
        buy(world, now, postcode="2800", municipality_code="0173")
        assert place(member) == ("0173", "chosen", "0173")

    @pytest.mark.usefixtures("official")
    def test_what_was_chosen_stays_with_the_address_and_goes_with_it(self, world, now):
        member = buy(world, now, postcode="2800", municipality_code="0230")
        buy(world, now, postcode="2800")
        buy(world, now)
        assert place(member) == ("0230", "chosen", "0230")
        buy(world, now, postcode="8000")
        assert place(member) == ("0751", "auto", "0751")

    def test_abroad_is_not_unknown(self, world, now):
        assert place(buy(world, now, postcode="211 20", country="SE")) == ("", "", "UDL")
        assert place(buy(world, now, name="Bo", email="bo@example.com")) == ("", "", "UKENDT")

    def test_whoever_moves_abroad_has_no_municipality_any_more(self, world, now):
        member = buy(world, now, postcode="8000")
        buy(world, now, postcode="211 20", country="SE")
        assert place(member) == ("", "", "UDL")


class TestByTheOffice:
    def test_what_the_office_says_is_marked_as_its_word(self, world, now):
        values = MemberValues(name="Ea", postcode="8000", municipality_code="0741")
        member = enter_member(organization=world.organization, values=values, actor=SYSTEM, now=now)
        assert place(member) == ("0741", "admin", "0741")
        correct_member(member=member, values=MemberValues(name="Ea", postcode="8000", municipality_code="0741", phone="+4520304050"), actor=SYSTEM, now=now)  # fmt: skip
        assert place(member) == ("0741", "admin", "0741")
        correct_member(member=member, values=MemberValues(name="Ea", postcode="5000", municipality_code="0741"), actor=SYSTEM, now=now)  # fmt: skip
        assert place(member) == ("0461", "auto", "0461")

    @pytest.mark.usefixtures("official")
    def test_a_file_without_municipalities_keeps_what_was_chosen(self, world, now):
        load(world, now, one(postcode="2800", municipality_code="0159"))
        member = Member.objects.get()
        assert place(member) == ("0159", "admin", "0159")
        load(world, now, one(postcode="2800"))
        assert place(member) == ("0159", "admin", "0159")
        load(world, now, one(postcode="2600"))
        assert place(member) == ("", "", "UKENDT")


def test_lines_of_one_number_that_look_like_two_people_are_doubted(world, now):
    done = load(world, now, one() + one(name="Bo", birth_date="2001-02-02").split("\n")[1] + "\n")
    assert [(doubt.line, doubt.column) for doubt in done.doubts] == [(3, "member_no")]
    assert not load(world, now, one() + one(name="Anna B.").split("\n")[1] + "\n").doubts


@pytest.mark.usefixtures("official")
class TestAsked:
    def test_a_member_chooses_among_the_postcodes_own(self, world, now):
        member = buy(world, now, postcode="2800")
        for code in ("0751", "", "9999"):
            with pytest.raises(NoSuchChoice):
                choose_municipality(member=member, code=code, actor=SYSTEM, now=now)
        choose_municipality(member=member, code="0159", actor=SYSTEM, now=now)
        assert place(member) == ("0159", "chosen", "0159")
