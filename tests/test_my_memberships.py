"""Memberships without an event, renewed and left on my own page; for a child by whoever acts for it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from conbillet.catalogue.actions.open_membership_sale import open_membership_sale, sale_of
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.core.official_postcodes import keep_official, read_official
from conbillet.core.tests.test_official_postcodes import TABLE
from conbillet.memberships.actions.forget_contacts import forget_contacts
from conbillet.memberships.actions.forget_evidence import forget_evidence
from conbillet.memberships.counting.count import count_members
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.models import Member, Membership, MembershipType
from conbillet.privacy.models import Guardianship
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.web.office.tests.test_orders import text_of
from conbillet.workflows.membership_sales import continue_membership_sales
from tests.cast import make_person
from tests.login import log_in
from tests.purchases import ADA, order_of, pay_for
from tests.visitor import path_of

pytestmark = pytest.mark.django_db

PAGE = "/my/memberships/"


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def buyer(client, world):
    return log_in(client, world.buyer, second_factor=False)


@pytest.fixture
def member(world, now) -> Member:
    ada = replace(ADA, person_id=world.buyer.pk)
    pay_for(order_of(world, now, Wish(world.membership.pk, 1), people=(ada,)), now)
    return Member.objects.get()


def kind_of(world) -> MembershipType:
    return MembershipType.objects.get(pk=world.membership.membership_type_id)


@pytest.fixture
def sale(world, now) -> Event:
    return open_membership_sale(
        organization=world.organization, year=now.year, offers=[(kind_of(world), 7500)], actor=world.actor(world.owner), now=now
    )  # fmt: skip


class TestSale:
    def test_it_is_sold_and_renewed_without_an_event(self, client, world, now, sale, member, buyer):
        shop = path_of(f"/alea/{sale.slug}/")
        assert "Bliv medlem" in buyer.get(shop).content.decode()
        assert shop in buyer.get(path_of("/alea/")).content.decode()
        page = text_of(buyer.get(PAGE))
        assert "Forny" in page and f"/alea/{sale.slug}/#tickets" in buyer.get(PAGE).content.decode()
        product = sale.products.get()
        buyer.post(f"{shop}cart/", {f"quantity_{product.pk}": "1"})
        checkout = buyer.get(f"{shop}checkout/").content.decode()
        assert f"1. januar – 31. december {now.year + 1}" in checkout

    def test_it_is_no_convention(self, client, world, sale):
        assert sale.name not in client.get("/").content.decode()
        assert "calendar.ics" not in client.get(f"/alea/{sale.slug}/").content.decode()
        owner = log_in(Client(), world.owner)
        assert owner.get(f"/office/alea/events/{sale.slug}/").status_code == 200
        assert owner.get(f"/office/alea/events/{sale.slug}/edit/").context["form"]["kind"].field.disabled
        assert sale.name not in log_in(Client(), world.door_crew).get("/door/").content.decode()

    def test_one_a_year(self, world, now, sale):
        with pytest.raises(CannotChange):
            open_membership_sale(
                organization=world.organization, year=now.year, offers=[(kind_of(world), 1)], actor=world.actor(world.owner), now=now
            )  # fmt: skip

    def test_the_next_year_follows_on_new_years_night_once(self, world, now, sale):
        night = datetime(now.year, 12, 31, 23, 2, tzinfo=UTC)
        continue_membership_sales(now=night)
        continue_membership_sales(now=night + timedelta(days=1))
        nxt = sale_of(organization_id=world.organization.pk, year=now.year + 1)
        assert nxt and (nxt.name, nxt.state, nxt.ends_on) == (
            f"Medlemskab {now.year + 1}",
            "live",
            date(now.year + 1, 12, 31),
        )
        assert nxt.products.get().prices.get().amount == 7500
        assert Event.objects.filter(kind="membership").count() == 2

    def test_the_office_opens_it(self, world, now):
        owner = log_in(Client(), world.owner)
        page = "/office/alea/membership-types/"
        assert owner.post(f"{page}sell/", {}).status_code == 422
        owner.post(f"{page}sell/", {f"amount_{world.membership.membership_type_id}": "75"})
        sold = sale_of(organization_id=world.organization.pk, year=now.year)
        assert sold and sold.state == "live" and f"/alea/{sold.slug}/" in owner.get(page).content.decode()


class TestLeaving:
    @pytest.mark.proves("use.member_documentation")
    def test_the_page_says_what_happens_and_it_happens(self, buyer, world, now, member):
        last = Membership.objects.get().period_to
        page = buyer.get(f"{PAGE}{member.pk}/leave/")
        contact, rest = page.context["contact_goes_on"], page.context["rest_goes_on"]
        assert (contact.year, rest.year) == (last.year + 1, last.year + 5)
        buyer.post(f"{PAGE}{member.pk}/leave/", {"on": now.date().isoformat()})
        member.refresh_from_db()
        assert member.left_on == now.date()
        entry = AuditEntry.objects.filter(action="member_left").get()
        assert (entry.actor_kind, entry.object_reference) == ("person", member.member_no)
        # The days that the page promised are those by which the rules delete.
        for forget, day, gone in ((forget_contacts, contact, "email"), (forget_evidence, rest, "name")):
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            forget(now=at)
            assert getattr(Member.objects.get(pk=member.pk), gone)
            forget(now=at + timedelta(days=1))
            assert not getattr(Member.objects.get(pk=member.pk), gone)

    def test_a_later_day_can_be_taken_back(self, buyer, world, now, member):
        later = now.date() + timedelta(days=10)
        buyer.post(f"{PAGE}{member.pk}/leave/", {"on": later.isoformat()})
        page = text_of(buyer.get(PAGE))
        assert "Bliv alligevel medlem" in page and "Forny" not in page
        buyer.post(f"{PAGE}{member.pk}/leave/", {"stay": "1"})
        member.refresh_from_db()
        assert member.left_on is None

    @pytest.mark.parametrize("days", [-1, 4000])
    def test_days_that_cannot_be(self, buyer, now, member, days):
        day = now.date() + timedelta(days=days)
        assert buyer.post(f"{PAGE}{member.pk}/leave/", {"on": day.isoformat()}).status_code == 422
        assert not Member.objects.filter(left_on__isnull=False)

    def test_nobody_elses(self, client, world, member):
        stranger = log_in(client, make_person("Bo", "bo@example.com"), second_factor=False)
        assert stranger.get(f"{PAGE}{member.pk}/leave/").status_code == 404
        assert stranger.post(f"{PAGE}{member.pk}/leave/", {"on": "2026-12-31"}).status_code == 404

    def test_who_left_early_counts_as_long_as_they_were_there(self, world, now, member):
        Member.objects.update(birth_date=date(now.year - 20, 1, 1))
        rules = rule_set("duf", year=now.year)
        Membership.objects.update(period_from=date(now.year, 1, 1), period_to=date(now.year, 12, 31), paid_at=datetime(now.year, 1, 2, tzinfo=UTC))  # fmt: skip

        def verdict():
            return count_members(organization_id=world.organization.pk, rules=rules, year=now.year)[0].verdict

        assert verdict().counts
        Member.objects.update(left_on=date(now.year, 3, 30))
        assert verdict().reason == "PERIOD_TOO_SHORT"
        Member.objects.update(left_on=date(now.year, 3, 31))
        assert verdict().counts


class TestChildren:
    def child(self, world, now, **values) -> Member:
        kid = replace(ADA, name="Barn Lund", email="", birth_date=date(now.year - 10, 5, 5), person_id=None, **values)
        order = pay_for(order_of(world, now, Wish(world.membership.pk, 1), people=(kid,)), now)
        Order.objects.filter(pk=order.pk).update(buyer=world.buyer)
        return Member.objects.get(name="Barn Lund")

    def test_whoever_bought_it_for_a_child_renews_and_leaves_for_it(self, buyer, world, now):
        child = self.child(world, now)
        assert "Barn Lund" in text_of(buyer.get(PAGE))
        buyer.post(f"{PAGE}{child.pk}/leave/", {"on": now.date().isoformat()})
        child.refresh_from_db()
        assert child.left_on == now.date()

    def test_not_after_the_fifteenth_birthday_nor_by_others(self, buyer, world, now):
        child = self.child(world, now)
        Member.objects.filter(pk=child.pk).update(birth_date=date(now.year - 15, 1, 1))
        assert buyer.get(f"{PAGE}{child.pk}/leave/").status_code == 404
        Member.objects.filter(pk=child.pk).update(birth_date=date(now.year - 10, 1, 1))
        Order.objects.update(buyer=world.owner)
        assert buyer.get(f"{PAGE}{child.pk}/leave/").status_code == 404

    def test_a_guardian_whom_the_desk_knows_acts_for_a_child_with_an_account(self, buyer, world, now, member):
        child = make_person("Ung Lund", "ung@example.com")
        child.birth_date = date(now.year - 12, 1, 1)
        child.save()
        Member.objects.update(person=child)
        assert buyer.get(f"{PAGE}{member.pk}/leave/").status_code == 404
        Guardianship.objects.create(guardian=world.buyer, child=child, basis="case", since_at=now)
        assert buyer.get(f"{PAGE}{member.pk}/leave/").status_code == 200


class TestMunicipality:
    @pytest.fixture(autouse=True)
    def official(self, tmp_path, settings):
        settings.CONBILLET_DATA = tmp_path
        keep_official(read_official(TABLE.encode()))

    def test_a_member_is_asked_only_where_the_postcode_lies_in_several(self, buyer, member):
        Member.objects.update(postcode="8000", municipality_code="0751", municipality_source="auto")
        assert "I hvilken kommune" not in text_of(buyer.get(PAGE))
        Member.objects.update(postcode="2800", municipality_code="", municipality_source="")
        page = text_of(buyer.get(PAGE))
        assert (
            "I hvilken kommune" in page
            and "Gladsaxe" in page
            and "Aarhus" not in page.split("I hvilken kommune")[1][:200]
        )
        buyer.post(f"{PAGE}{member.pk}/municipality/", {"code": "0751"})
        assert not Member.objects.get().municipality_code
        buyer.post(f"{PAGE}{member.pk}/municipality/", {"code": "0159"})
        assert (Member.objects.get().municipality_code, Member.objects.get().municipality_source) == ("0159", "chosen")

    def test_nobody_answers_for_another(self, client, world, member):
        Member.objects.update(postcode="2800", municipality_code="")
        stranger = log_in(client, make_person("Bo", "bo@example.com"), second_factor=False)
        assert stranger.post(f"{PAGE}{member.pk}/municipality/", {"code": "0159"}).status_code == 404
        assert not Member.objects.get().municipality_code

    def test_the_office_is_asked_too_and_sees_the_likely_ones_first(self, world):
        owner = log_in(Client(), world.owner)
        answer = owner.post(
            "/office/alea/members/new/", {"name": "Ny Person", "postcode": "2800", "country": "DK"}, follow=True
        )
        assert any("flere kommuner" in str(message) for message in answer.context["messages"])
        (_nothing, (_here, likely), (_others, others)) = answer.context["form"].fields["municipality_code"].choices
        assert [code for code, _name in likely] == ["0157", "0159", "0173", "0230"] and len(others) == 94


def test_who_stands_there_twice_is_said_and_found(world, member, now):
    Member.objects.create(
        organization=world.organization,
        member_no="77",
        name=member.name.upper(),
        birth_date=member.birth_date,
        created_at=now,
    )
    owner = log_in(Client(), world.owner)
    assert "Står måske to gange" in text_of(owner.get(f"/office/alea/members/{member.member_no}/"))
    found = owner.get("/office/alea/members/", {"state": "doubles"}).context["page"]
    assert {one.member_no for one in found} == {member.member_no, "77"}
    assert "2 poster har samme navn" in text_of(owner.get("/office/alea/members/documentation/"))
    Member.objects.filter(member_no="77").update(birth_date=date(1950, 1, 1))
    assert "samme navn" not in text_of(owner.get("/office/alea/members/documentation/"))
