"""The one door: who passes it, what, and what is written down."""

from dataclasses import fields
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from conbillet.core.actor import person_actor
from conbillet.core.data_map import ASSOCIATION, SIX_FIELDS, data_map
from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.organizations.models import RoleKind
from conbillet.privacy.actions.disclose_to_organization import CannotDisclose, disclose_to_organization
from conbillet.privacy.attendees import AttendeeFilter, find_attendees
from conbillet.privacy.disclosure import SIX, SixFields, disclosures_about, stand_in
from conbillet.privacy.models import Attendee, DisclosedPerson, Disclosure, Limit
from conbillet.privacy.reach import Subject, guest
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Participant
from conbillet.workflows.refunds import refund_lines
from tests.purchases import ADA, BO, order_of, paid_order


@pytest.fixture
def paid(world, now):
    """Ada has bought for herself and Bo, and a shirt for nobody in particular."""
    shirt = Wish(product_id=world.shirt.pk, variant_id=world.sizes["M"].pk, quantity=1)
    return paid_order(world, now, Wish(product_id=world.adult.pk, quantity=2), shirt)


def hand_over(world, now, *, form="page", purpose=Disclosure.Purpose.ATTENDEE_LIST, actor=None, **rest):
    with transaction.atomic(), acting_for(world.organization.pk):
        return list(
            disclose_to_organization(
                organization=world.organization, event=world.event, purpose=purpose, form=form,
                actor=actor or world.actor(world.owner), now=now, **rest,
            ).people()
        )  # fmt: skip


def names(people) -> list[str]:
    return [person.six.name for person in people]


class TestWhatPasses:
    def test_the_six_fields_and_our_own_record(self, world, now, paid):
        ada = hand_over(world, now)[0]
        assert (ada.six.name, ada.six.email, ada.six.gender) == (ADA.name, ADA.email, ADA.gender)
        assert (ada.six.birth_date, ada.six.postcode) == (ADA.birth_date, ADA.postcode)
        assert (ada.six.address.street, ada.six.address.city, ada.six.address.country) == (ADA.street, ADA.city, "DK")
        assert (ada.own.order, ada.own.amount, ada.own.inside_at) == (paid.reference, 40000, None)
        assert ada.own.things == ["Adult, all days"] and len(ada.own.tickets) == 1

    def test_the_fields_are_the_promised_six(self):
        assert {f"user.{name}" for name in SIX} == SIX_FIELDS and len(fields(SixFields)) == 6

    @pytest.mark.proves("disclose.organization")
    def test_the_view_has_the_columns_of_the_map_and_no_other(self, db):
        with connection.cursor() as cursor:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'privacy_attendee'")
            columns = {name for (name,) in cursor.fetchall()}
        keys = {"id", "organization_id", "event_id", "order_id", "participant_id", "subject_id", "kind"}
        table = data_map.load().tables["sales_participant"]
        handed = {column.name: column.category for column in table.columns.values() if ASSOCIATION in column.recipients}
        assert columns - keys == set(handed) and set(handed.values()) == SIX_FIELDS
        assert {field.column for field in Attendee._meta.concrete_fields} == columns

    def test_planted_a_seventh_column_in_the_map_would_be_in_the_view(self, monkeypatch):
        from dataclasses import replace

        table = data_map.load().tables["sales_participant"]
        monkeypatch.setitem(table.columns, "badge_name", replace(table.columns["badge_name"], recipients={ASSOCIATION}))
        assert 'p."badge_name"' in Attendee.view_sql("a", "b")[4]


class TestWho:
    def test_holders_and_buyers_of_paid_orders(self, world, now, paid):
        assert names(hand_over(world, now)) == [ADA.name, BO.name]

    def test_nobody_of_an_order_that_waits_for_its_money(self, world, now):
        order_of(world, now, Wish(product_id=world.adult.pk, quantity=2))
        assert hand_over(world, now) == []

    def test_a_buyer_who_holds_nothing(self, world, now):
        paid_order(world, now, Wish(product_id=world.shirt.pk, variant_id=world.sizes["M"].pk, quantity=1))
        (buyer,) = hand_over(world, now)
        assert (buyer.kind, buyer.six.name, buyer.six.gender, buyer.six.birth_date) == ("buyer", ADA.name, "", None)
        assert len(buyer.own.things) == 1 and buyer.own.things[0].startswith("T-shirt")

    def test_nobody_whose_lines_were_refunded(self, world, now, paid):
        bo = [line for line in paid.lines.all() if line.participant and line.participant.name == BO.name]
        refund_lines(order=paid, lines=bo, reason="requested", actor=world.actor(world.owner), now=now)
        assert names(hand_over(world, now)) == [ADA.name]

    def test_not_those_of_another_association(self, world, now, paid):
        with transaction.atomic(), acting_for(world.other.pk):
            assert not Attendee.objects.exists()

    def test_not_those_whose_data_may_only_be_stored(self, world, now, paid):
        Participant.objects.filter(name=BO.name).update(person=world.buyer)
        limit = Limit.objects.create(person=world.buyer, kind=Limit.Kind.RESTRICTION, from_at=now - timedelta(days=1))
        assert names(hand_over(world, now)) == [ADA.name]
        limit.until_at = now
        limit.save()
        assert names(hand_over(world, now)) == [ADA.name, BO.name]

    def test_an_objection_to_newsletters_does_not_hide_a_guest(self, world, now, paid):
        Participant.objects.filter(name=BO.name).update(person=world.buyer)
        Limit.objects.create(person=world.buyer, kind=Limit.Kind.OBJECTION, from_at=now - timedelta(days=1))
        assert names(hand_over(world, now)) == [ADA.name, BO.name]

    @pytest.mark.parametrize("role", [RoleKind.READ_ONLY, RoleKind.DOOR_CREW, RoleKind.TREASURER])
    def test_not_for_roles_that_do_without(self, world, now, paid, role):
        with pytest.raises(CannotDisclose):
            hand_over(world, now, actor=world.actor(world.owner, role))

    def test_not_for_somebody_who_acts_for_nobody_or_for_others(self, world, now, paid):
        for actor in (
            person_actor(world.owner.pk),
            person_actor(world.stranger.pk).for_organization(world.other.pk, RoleKind.OWNER),
        ):
            with pytest.raises(CannotDisclose):
                hand_over(world, now, actor=actor)
        assert not Disclosure.objects.exists()


class TestRecord:
    def test_it_says_what_why_and_which_policy(self, world, now, paid):
        hand_over(world, now, form="csv", purpose=Disclosure.Purpose.EXPORT)
        row = Disclosure.objects.get()
        assert (row.purpose, row.form, row.people, row.event) == ("export", "csv", 2, world.event)
        assert row.fields == "name,address,email,gender,birth_date,postcode" and row.policy_version
        assert row.persons.count() == 2

    def test_a_page_is_written_down_once_a_day(self, world, now, paid):
        for _visit in range(3):
            hand_over(world, now)
        assert Disclosure.objects.count() == 1
        hand_over(world, now + timedelta(days=1))
        assert Disclosure.objects.count() == 2

    def test_only_those_on_the_page(self, world, now, paid):
        rows = list(find_attendees(organization_id=world.organization.pk, event=world.event, wanted=AttendeeFilter()))
        assert names(hand_over(world, now, only=rows[:1])) == [ADA.name]
        assert Disclosure.objects.get().people == 1
        assert names(hand_over(world, now, only=rows)) == [ADA.name, BO.name]
        assert sorted(Disclosure.objects.values_list("people", flat=True)) == [1, 1]

    def test_each_file_is_written_down(self, world, now, paid):
        for form in ("csv", "xlsx", "csv"):
            hand_over(world, now, form=form, purpose=Disclosure.Purpose.EXPORT)
        assert Disclosure.objects.count() == 3 and DisclosedPerson.objects.count() == 6
        assert AuditEntry.objects.filter(action="attendees_exported").count() == 3

    def test_nobody_is_read_who_was_not_written_down(self, world, now, paid):
        with transaction.atomic(), acting_for(world.organization.pk):
            handover = disclose_to_organization(
                organization=world.organization, event=world.event, purpose=Disclosure.Purpose.EXPORT, form="csv",
                actor=world.actor(world.owner), now=now,
            )  # fmt: skip
        cara = Participant.objects.create(organization=world.organization, order=paid, name="Cara")
        paid.lines.filter(participant__name=BO.name).update(participant=cara)
        with transaction.atomic(), acting_for(world.organization.pk):
            assert names(handover.people()) == [ADA.name, BO.name]
        assert DisclosedPerson.objects.count() == Disclosure.objects.get().people == 2

    def test_it_cannot_be_changed(self, world, now, paid):
        from django.db import ProgrammingError

        hand_over(world, now)
        for model in (Disclosure, DisclosedPerson):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                model.objects.update(organization=world.other)


class TestInsight:
    def test_a_guest_finds_what_was_handed_over(self, world, now, paid):
        hand_over(world, now)
        (told,) = disclosures_about(guest(BO.email.upper()))
        assert (told.organization_id, told.purpose, told.fields[0]) == (world.organization.pk, "attendee_list", "name")

    def test_a_person_also_finds_what_was_before_they_had_an_account(self, world, now, paid):
        hand_over(world, now)
        Participant.objects.filter(name=BO.name).update(person=world.buyer)
        assert len(disclosures_about(Subject(frozenset({world.buyer.pk}), frozenset()))) == 1

    def test_nobody_else_does(self, world, now, paid):
        hand_over(world, now)
        assert disclosures_about(Subject(frozenset({uuid4()}), frozenset({"somebody@example.com"}))) == []

    def test_the_view_and_we_give_rows_the_same_name(self, world, now, paid):
        row = Attendee.objects.filter(name=BO.name).get()
        assert row.subject_id == stand_in("participant", row.participant_id)


class TestFinding:
    def find(self, world, **wanted) -> list[str]:
        found = find_attendees(
            organization_id=world.organization.pk, event=world.event, wanted=AttendeeFilter(**wanted)
        )
        return [row.name for row in found]

    def test_by_words_of_name_and_address(self, world, paid):
        assert self.find(world, text="lund bo") == [BO.name]
        assert self.find(world, text=ADA.email) == [ADA.name]
        assert self.find(world, text=paid.reference) == [ADA.name, BO.name]

    def test_not_by_anything_else(self, world, paid):
        world.buyer.phone = "28876543"
        world.buyer.save()
        Participant.objects.filter(name=BO.name).update(person=world.buyer)
        for text in ("28876543", "1988", "Skovvej", str(world.buyer.pk)):
            assert self.find(world, text=text) == []

    @pytest.mark.parametrize("sort", ["phone", "claim_key", "order__access_key", "organization__name", "-name", ""])
    def test_by_an_unknown_order_it_is_that_of_names(self, world, paid, sort):
        assert self.find(world, sort=sort) == [ADA.name, BO.name]

    def test_in_danish_order(self, world, paid):
        Participant.objects.filter(name=ADA.name).update(name="Åse")
        Participant.objects.filter(name=BO.name).update(name="Ærling")
        assert self.find(world, kind="holder") == ["Ærling", "Åse"]

    @pytest.mark.parametrize(
        ("born", "band"),
        [
            (date(2011, 4, 2), "0-14"),
            (date(2011, 4, 1), "15-17"),
            (date(2008, 4, 2), "15-17"),
            (date(2008, 4, 1), "18-29"),
            (None, "unknown"),
        ],
    )
    def test_by_age_on_the_first_day(self, world, paid, born, band):
        Participant.objects.filter(name=BO.name).update(birth_date=born)
        Participant.objects.filter(name=ADA.name).update(birth_date=date(1950, 1, 1))
        assert self.find(world, age=band) == [BO.name]

    def test_by_product_and_by_who_is_in(self, world, paid):
        assert self.find(world, product_id=world.adult.pk) == [ADA.name, BO.name]
        assert self.find(world, product_id=world.day.pk) == []
        assert self.find(world, inside="in") == [] and len(self.find(world, inside="out")) == 2
