"""A year's documentation: frozen, hashed, sampled fairly, emptied of names in time; later changes are adjustments."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import given
from hypothesis import strategies as st

from conbillet.core.actor import SYSTEM
from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.memberships import documentation as module
from conbillet.memberships.actions.document_members import CannotDocument, document_members
from conbillet.memberships.actions.forget_evidence import forget_evidence
from conbillet.memberships.counting.count import BANDS, count_members
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.documentation import Adjustment, adjustments, sample, verifies
from conbillet.memberships.evidence import evidence_of_documented, evidence_of_documented_dues
from conbillet.memberships.models import DocumentedDues, DocumentedMember, Member, MemberDocumentation, Membership

from .test_importing import load

DUF = rule_set("duf", year=2026)
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Copenhagen


@pytest.fixture
def frozen(world, now) -> MemberDocumentation:
    load(world, now)
    return document_members(organization=world.organization, rules=DUF, year=2026, actor=SYSTEM, now=NEW_YEAR)


def recount(world):
    return count_members(organization_id=world.organization.pk, rules=DUF, year=2026)


class TestFrozen:
    def test_numbers_and_rows_are_those_of_the_count(self, world, frozen):
        assert (frozen.numbers["members"], frozen.numbers["overall"], frozen.rules_version) == (10, 3, "duf/2016-05-29")
        rows = list(frozen.members.order_by("position"))
        assert [row.member_no for row in rows] == [str(n) for n in range(1, 11)]
        assert [row.reason_code for row in rows if not row.counts] == [
            "AGE_30", "BELOW_75", "PERIOD_TOO_SHORT", "NOT_RESIDENT_DK", "PAYER_NOT_PERSONAL", "DUES_NOT_SEPARATE", "REFUNDED",
        ]  # fmt: skip
        assert rows[1].name == "Bo Berg" and rows[1].dues.get().dues_amount == 7500
        assert verifies(frozen)

    def test_later_changes_change_nothing_and_are_adjustments(self, world, frozen):
        numbers, digests = frozen.numbers, list(frozen.members.values_list("digest", flat=True))
        Membership.objects.filter(member__member_no="2").update(refunded_amount=7500)
        Member.objects.filter(member_no="5").update(street="Ny Vej 1", country="SE", name="")
        again = MemberDocumentation.objects.get(pk=frozen.pk)
        assert again.numbers == numbers and list(again.members.values_list("digest", flat=True)) == digests
        assert verifies(again) and again.members.get(member_no="5").name == "Eva Fog"
        assert adjustments(again, recount(world)) == [
            Adjustment("2", "counts", "REFUNDED"),
            Adjustment("5", "counts", "NOT_RESIDENT_DK"),
        ]

    def test_without_changes_there_are_no_adjustments(self, world, frozen):
        assert adjustments(frozen, recount(world)) == []

    def test_somebody_who_is_entered_later_is_an_adjustment(self, world, now, frozen):
        load(world, now, "member_no;name\n11;Karl\n")
        assert adjustments(frozen, recount(world)) == [Adjustment("11", "", "NO_BIRTH_DATE")]

    def test_the_application_cannot_change_the_numbers(self, frozen):
        for change in ({"numbers": {}}, {"seed": "x"}):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                MemberDocumentation.objects.filter(pk=frozen.pk).update(**change)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            MemberDocumentation.objects.filter(pk=frozen.pk)._raw_delete("default")

    def test_the_rules_are_kept_with_the_count(self, frozen):
        assert (frozen.rules["least_dues"], frozen.rules["oldest"], frozen.rules["source_en"]) == (
            7500,
            29,
            DUF.source_en,
        )

    def test_the_log_says_that_it_was_made(self, world, frozen):
        entry = AuditEntry.objects.get(action="members_documented")
        assert (entry.object_reference, entry.organization_id) == (frozen.reference, world.organization.pk)

    def test_a_year_that_has_not_begun_and_an_empty_register(self, world, now):
        with pytest.raises(CannotDocument):
            document_members(organization=world.organization, rules=DUF, year=2026, actor=SYSTEM, now=now)
        load(world, now)
        with pytest.raises(CannotDocument):
            document_members(organization=world.organization, rules=DUF, year=2027, actor=SYSTEM, now=now)

    def test_another_association_sees_none_of_it(self, world, frozen):
        with transaction.atomic(), acting_for(world.other.pk):
            assert not MemberDocumentation.objects.exists() and not DocumentedMember.objects.exists()
        with transaction.atomic(), acting_for(world.organization.pk):
            assert MemberDocumentation.objects.get() == frozen and DocumentedDues.objects.count() == 10

    def test_the_number_of_statements_does_not_grow(self, world, now, django_assert_num_queries):
        load(world, now, "member_no;name\n1;Karl\n")
        with django_assert_num_queries(8) as few:
            document_members(organization=world.organization, rules=DUF, year=2026, actor=SYSTEM, now=NEW_YEAR)
        load(world, now)
        with django_assert_num_queries(len(few) + 1):  # and the dues, of which there were none
            document_members(organization=world.organization, rules=DUF, year=2026, actor=SYSTEM, now=NEW_YEAR)


class TestAltered:
    """Somebody with more rights than the application changes something behind our back."""

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE memberships_memberdocumentation SET numbers = jsonb_set(numbers, '{overall}', '4')",
            "UPDATE memberships_documentedmember SET digest = repeat('0', 64) WHERE position = 2",
            "DELETE FROM memberships_documenteddues; DELETE FROM memberships_documentedmember WHERE position = 10",
        ],
    )
    @pytest.mark.django_db(transaction=True)
    def test_planted_it_does_not_verify(self, frozen, owner_connection, change):
        assert verifies(frozen)
        owner_connection.execute(change)
        assert not verifies(MemberDocumentation.objects.get())

    def test_a_row_says_by_its_digest_that_it_is_the_one(self, world, frozen):
        one = recount(world)[1]
        assert module.digest_of(one, seed=frozen.seed) == frozen.members.get(position=2).digest
        other = replace(one, person={**one.person, "name": "Bo Bjerg"})
        assert module.digest_of(other, seed=frozen.seed) != frozen.members.get(position=2).digest


class TestSample:
    def test_the_same_whenever_it_is_drawn_and_of_those_who_count(self, frozen):
        drawn = sample(frozen, 2)
        assert drawn == sample(frozen, 2) and len(drawn) == 2 and all(row.counts for row in drawn)
        assert set(drawn) <= set(sample(frozen, 3)) and len(sample(frozen, 50)) == 3 and sample(frozen, 0) == []

    @given(
        st.lists(st.integers(1, 5000), min_size=30, max_size=60, unique=True), st.text("0123456789abcdef", min_size=8)
    )
    def test_a_larger_sample_contains_the_smaller(self, positions, seed):
        def drawn(size):
            return set(sorted(positions, key=lambda position: module._lot(seed, position))[:size])

        assert drawn(5) < drawn(20) <= set(positions)

    def test_everybody_is_drawn_about_as_often(self):
        counts = dict.fromkeys(range(1, 21), 0)
        for number in range(2000):
            first = sorted(counts, key=lambda position, seed=str(number): module._lot(seed, position))[:5]
            for position in first:
                counts[position] += 1
        assert all(400 < count < 600 for count in counts.values())  # 500 on average, over four standard deviations


class TestForgotten:
    @pytest.mark.proves("use.member_documentation")
    def test_names_go_five_years_after_the_years_end_and_the_numbers_stay(self, world, frozen):
        row = frozen.members.get(position=2)
        assert evidence_of_documented([row.pk]) == {row.pk: date(2031, 12, 31)}
        assert set(evidence_of_documented_dues(list(row.dues.values_list("pk", flat=True))).values()) == {
            date(2031, 12, 31)
        }
        forget_evidence(now=datetime(2031, 12, 31, 22, 59, tzinfo=UTC))  # still that day in Copenhagen
        assert frozen.members.get(position=2).name == "Bo Berg"
        counts = forget_evidence(now=datetime(2031, 12, 31, 23, 0, tzinfo=UTC))
        assert counts[world.organization.pk] >= 10
        rows = frozen.members.order_by("position")
        for name in ("member_no", "name", "street", "postcode", "city", "country"):
            assert set(rows.values_list(name, flat=True)) == {""}
        assert not rows.filter(birth_date__isnull=False).exists() and not rows.filter(member__isnull=False).exists()
        assert set(DocumentedDues.objects.values_list("payer_name", "payer_relation")) == {("", "")}
        assert verifies(frozen) and rows.filter(counts=True).count() == frozen.numbers["overall"]
        assert forget_evidence(now=datetime(2032, 2, 1, tzinfo=UTC))[world.organization.pk] == 0

    def test_bands_cover_every_age(self):
        uppers = [upper for upper, _name in BANDS]
        assert uppers == sorted(uppers) and uppers[-1] > 120
