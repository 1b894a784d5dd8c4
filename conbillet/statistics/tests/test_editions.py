"""From rows of a sale to what is shown: who is counted, and that nothing small comes out."""

from datetime import date, timedelta

import pytest

from conbillet.catalogue.models import Event
from conbillet.core.people import NOBODY, Held
from conbillet.memberships.models import Member, Membership
from tests.cast import make_event, make_product

from ..actions.take_editions import take_editions
from ..actions.take_members_edition import take_members_edition
from ..models import TableEdition
from ..queries import event_statistics, member_statistics
from ..snapshot import event_counts
from .crowd import Guest, let_come, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.proves("disclose.statistics")]


def counted(event, *, earlier=(), left_out=NOBODY):
    return event_counts(event=event, earlier=list(earlier), left_out=left_out)


def take(world, now, **rest):
    take_editions(event=world.event, left_out=rest.get("left_out", NOBODY), now=now)
    return event_statistics(organization_id=world.organization.pk, public=rest.get("public", False))[world.event.pk]


class TestWhoIsCounted:
    def test_everybody_with_a_paid_ticket_once_by_age_on_the_first_day(self, world, now):
        ada = Guest(birth_date=date(2011, 4, 2), email="ada@example.dk", name="Ada")  # 14 on 1 April 2026
        bo = Guest("man", date(2011, 4, 1), "5000")
        let_come(world.event, world.adult, [ada, ada, bo, Guest("not_stated"), Guest("", None, "")], now=now)
        let_come(world.event, world.adult, [Guest()], now=now, state="cancelled")
        take_back(let_come(world.event, world.adult, [Guest()], now=now), now=now)
        tables = counted(world.event)
        assert tables["age_gender", "0-14"].cells == {"woman": 1}
        assert tables["age_gender", "15-17"].cells == {"man": 1}
        assert tables["age_gender", "30-39"].people == 1
        assert tables["age_gender", "30-39"].cells == {}, "who prefers not to say is in no cell"
        assert tables["place", ""].people == 4
        assert tables["place", ""].cells == {"0751": 2, "0461": 1}
        assert tables["product", str(world.adult.pk)].cells == {"has": 4}

    def test_children_with_their_parents_address_are_themselves(self, world, now):
        family = [Guest(email="mor@example.dk", name=name, birth_date=date(2015, 1, day)) for day, name in enumerate("AB", 1)]
        let_come(world.event, world.child, family, now=now)
        assert counted(world.event)["place", ""].people == 2

    def test_whoever_is_to_be_left_out_is_not_there_at_all(self, world, now):
        guests = [Guest(person_id=world.buyer.pk), Guest(email="Guest@Example.dk"), Guest(email="other@example.dk")]
        let_come(world.event, world.adult, guests, now=now)
        left_out = Held(frozenset({world.buyer.pk}), frozenset({"guest@example.dk"}))
        assert counted(world.event)["place", ""].people == 3
        tables = counted(world.event, left_out=left_out)
        assert tables["place", ""].people == 1
        assert tables["product", str(world.adult.pk)].people == 1

    def test_whoever_came_before_is_known_by_account_or_by_name_birthday_and_address_together(self, world, now):
        last = make_event(world.organization, "last", starts_on=date(2025, 4, 1), ends_on=date(2025, 4, 2))
        ticket = make_product(last, "ticket", "Billet", 100)
        ada, bo = Guest(email="ada@example.dk", name="Ada"), Guest(person_id=world.buyer.pk)
        let_come(last, ticket, [ada, bo, Guest()], now=now)
        new = Guest(email="ada@example.dk", name="Ada", birth_date=date(2000, 1, 1))
        let_come(world.event, world.adult, [ada, bo, new, Guest()], now=now)
        times = counted(world.event, earlier=[last.pk])["times", ""]
        assert times.cells == {"0": 1, "1": 2}
        assert times.people == 4, "nobody can tell of a guest without an address, so they are in no cell"
        assert ("times", "") not in counted(world.event)


class TestWhatIsShown:
    def test_small_numbers_are_hidden_and_large_ones_counted_down(self, world, now):
        guests = [Guest("woman", date(1990, 1, 1))] * 17 + [Guest("man", date(1990, 1, 1), "5000")] * 4
        let_come(world.event, world.adult, guests, now=now)
        found = take(world, now)
        assert found.ages == {"30-39": {"woman": 15}}
        assert found.places == {"0751": 15}
        assert found.products == {world.adult.pk: 15}, "six of 21 may hold something else"
        public = event_statistics(organization_id=world.organization.pk, public=True)[world.event.pk]
        assert public.ages == {"30-39": {"woman": 10}}

    def test_one_purchase_or_one_deletion_changes_nothing(self, world, now):
        orders = let_come(world.event, world.adult, [Guest()] * 24 + [Guest("man")] * 24, now=now)
        first = take(world, now)
        assert first.ages == {"30-39": {"woman": 20, "man": 20}}
        let_come(world.event, world.adult, [Guest()], now=now)
        assert take(world, now + timedelta(days=1)) == first
        take_back(orders[:10], now=now)
        assert take(world, now + timedelta(days=2)) == first
        assert set(TableEdition.objects.values_list("taken_at", flat=True)) == {now}

    def test_planted_an_edition_at_every_purchase_would_be_seen(self, world, now, monkeypatch):
        from .. import looks
        from .test_safety import at_every_purchase

        monkeypatch.setattr(looks, "next_edition", at_every_purchase)
        let_come(world.event, world.adult, [Guest()] * 24 + [Guest("man")] * 24, now=now)
        first = take(world, now)
        let_come(world.event, world.adult, [Guest()], now=now)
        assert take(world, now) != first, "the test above is blind"

    def test_every_number_ever_kept_is_a_multiple_of_its_least(self, world, now):
        for day in range(6):
            guests = [Guest(gender, date(1960 + 9 * number, 1, 1), postcode) for number in range(6) for gender in ("woman", "man", "other") for postcode in ("8000", "2100", "9990")[: 1 + (number + day) % 3]]  # fmt: skip
            let_come(world.event, world.adult, guests, now=now)
            take(world, now + timedelta(days=day))
        editions = list(TableEdition.objects.all())
        assert len({one.taken_at for one in editions}) == 6
        for one in editions:
            assert all(number >= one.least and number % one.least == 0 for number in one.shown.values()), one

    def test_of_another_association_nothing_is_read(self, world, now):
        let_come(world.event, world.adult, [Guest()] * 30, now=now)
        take(world, now)
        assert event_statistics(organization_id=world.other.pk, public=False) == {}


class TestMembers:
    def enter(self, world, year, genders, *, first=0, **fields):
        for number, gender in enumerate(genders, first):
            member, _new = Member.objects.get_or_create(
                organization=world.organization, member_no=f"m{number}",
                defaults={"gender": gender, "birth_date": date(1990, 1, 1), "created_at": world.event.created_at},
            )  # fmt: skip
            values = {
                "period_from": date(year, 1, 1), "period_to": date(year, 12, 31), "enrolled_at": world.event.created_at,
                "channel": "office", "dues_amount": 100, "paid_at": world.event.created_at,
                "membership_type": world.membership.membership_type, "source_reference": f"{year}-{number}",
            }  # fmt: skip
            Membership.objects.create(organization=world.organization, member=member, **{**values, **fields})

    def look(self, world, now, year):
        take_members_edition(organization=world.organization, year=year, left_out=NOBODY, now=now)
        found = member_statistics(organization_id=world.organization.pk, public=False)
        return found[year].ages if year in found else None

    def test_members_of_a_year_whose_dues_were_paid(self, world, now):
        self.enter(world, 2024, ["woman"] * 12 + ["man"] * 3)
        self.enter(world, 2024, ["woman"] * 9, first=20, paid_at=None)
        self.enter(world, 2024, ["woman"] * 9, first=40, refunded_amount=100)
        assert self.look(world, now, 2024) == {"30-39": {"woman": 10}}

    def test_a_year_beside_the_one_before_tells_nothing_of_the_few_who_changed(self, world, now):
        self.enter(world, 2023, ["woman"] * 14 + ["man"] * 16)
        assert self.look(world, now, 2023) == {"30-39": {"woman": 10, "man": 15}}
        self.enter(world, 2024, ["woman"] * 14 + ["man"] * 16)
        self.enter(world, 2024, ["woman"], first=30)
        assert self.look(world, now, 2024) is None
        self.enter(world, 2025, ["woman"] * 14, first=50)
        self.enter(world, 2025, ["man"] * 12, first=70)
        assert self.look(world, now, 2025) == {"30-39": {"woman": 10, "man": 10}}


def test_events_that_were_called_off_are_no_earlier_ones(world, now):
    off = make_event(world.organization, "off", starts_on=date(2025, 4, 1), ends_on=date(2025, 4, 2), state=Event.State.CANCELLED)
    let_come(off, make_product(off, "ticket", "Billet", 100), [Guest(email="a@b.dk")] * 3, now=now)
    let_come(world.event, world.adult, [Guest(email=f"{number}@b.dk") for number in range(30)], now=now)
    assert take(world, now).times == {}
