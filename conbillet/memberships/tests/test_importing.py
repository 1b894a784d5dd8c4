"""The register from a file: every cell is judged, all or nothing is stored, and importing again changes nothing."""

from datetime import UTC, date, datetime

import pytest

from conbillet.accounts.models import Person
from conbillet.core.actor import SYSTEM
from conbillet.core.models import AuditEntry
from conbillet.memberships.actions.grant_membership import Dues, MemberDetails, grant_membership
from conbillet.memberships.actions.import_members import CannotImport, import_members
from conbillet.memberships.counting.count import count_members, totals_of
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.importing.read import COLUMNS, Unreadable, decode, read_members
from conbillet.memberships.models import Member, Membership, MembershipType

TODAY = date(2026, 3, 1)
HEADING = ";".join(COLUMNS)
# The fact sheet's ten people (section 11.1).
EXAMPLES = """\
1;Anna Ø. Ågård;1996-03-10;woman;Vej 1;8000;Aarhus C;DK;0751;anna@example.com;;2026-02-01;2026-12-31;75.00;true;2026-02-01T12:00:00Z;self;0;false
2;Bo Berg;1997-11-30;man;Vej 2;5000;Odense C;DK;0461;;;2026-02-02;2026-12-31;75,00;true;2026-02-02T12:00:00Z;self;0;false
3;Cecilie Dam;2009-07-01;woman;Vej 3;8000;Aarhus C;DK;0751;;;2026-02-03;2026-12-31;60.00;true;2026-02-03T12:00:00Z;parent;0;false
4;Dan Eg;2005-05-20;man;Vej 4;4000;Roskilde;DK;0265;;;2026-11-20;2026-12-31;75.00;true;2026-11-20T12:00:00Z;self;0;false
5;Eva Fog;2001-06-06;woman;Vej 5;2800;Kongens Lyngby;DK;0173;;;2026-03-05;2026-06-04;75.00;true;2026-03-05T12:00:00Z;self;0;false
6;Finn Gram;2001-06-06;man;Vej 6;2800;Kongens Lyngby;DK;0173;;;2026-03-05;2026-06-03;75.00;true;2026-03-05T12:00:00Z;self;0;false
7;Gun Holm;2003-02-02;other;Gatan 7;21120;Malmö;Sweden;;;;2026-02-04;2026-12-31;75.00;true;2026-02-04T12:00:00Z;self;0;false
8;Hans Ibsen;2011-10-10;man;Vej 8;8000;Aarhus C;DK;0751;;;2026-02-05;2026-12-31;75.00;true;2026-02-05T12:00:00Z;municipality;0;false
9;Ida Juhl;2002-02-02;woman;Vej 9;5000;Odense C;DK;0461;;;2026-02-06;2026-12-31;75.00;false;2026-02-06T12:00:00Z;self;0;false
10;Jens Kjær;2004-01-05;not_stated;Vej 10;2300;København S;DK;0101;;;2026-02-06;2026-12-31;75.00;true;2026-02-06T12:00:00Z;self;75.00;false
"""
WHOLE = f"{HEADING}\n{EXAMPLES}"


def load(world, now, text: str = WHOLE, **rest):
    return import_members(
        organization=world.organization, read=read_members(text, today=TODAY), actor=SYSTEM, now=now, **rest
    )


def one(**cells) -> str:
    """A file with one row: a sound one, but for these cells."""
    row = {"member_no": "1", "name": "Anna", "birth_date": "2000-01-01", **cells}
    return f"{HEADING}\n{';'.join(row.get(name, '') for name in COLUMNS)}\n"


def verdicts(world, key: str) -> dict[str, str]:
    counted = count_members(organization_id=world.organization.pk, rules=rule_set(key, year=2026), year=2026)
    return {row.member_no: "yes" if row.verdict.counts else row.verdict.reason for row in counted}


class TestWorkedExamples:
    def test_they_count_as_the_fact_sheet_says(self, world, now):
        done = load(world, now)
        assert (done.new_members, done.new_memberships, done.doubts) == (10, 10, [])
        assert verdicts(world, "duf") == {
            "1": "AGE_30", "2": "yes", "3": "BELOW_75", "4": "yes", "5": "yes", "6": "PERIOD_TOO_SHORT",
            "7": "NOT_RESIDENT_DK", "8": "PAYER_NOT_PERSONAL", "9": "DUES_NOT_SEPARATE", "10": "REFUNDED",
        }  # fmt: skip
        assert verdicts(world, "cfr") == {
            "1": "yes", "2": "yes", "3": "yes", "4": "PERIOD_TOO_SHORT", "5": "yes", "6": "PERIOD_TOO_SHORT", "7": "yes",
            "8": "yes", "9": "DUES_NOT_SEPARATE", "10": "REFUNDED",
        }  # fmt: skip

    def test_the_totals(self, world, now):
        load(world, now)
        rules = rule_set("cfr", year=2026)
        totals = totals_of(count_members(organization_id=world.organization.pk, rules=rules, year=2026))
        assert (totals.members, totals.overall) == (10, 6)
        assert totals.per_municipality == {"0173": 1, "0461": 1, "0751": 3, "UDL": 1}
        assert totals.gender_by_band["woman"] == {
            "0-6": 0, "7-12": 0, "13-18": 1, "19-24": 0, "25-39": 2, "40-59": 0, "60-69": 0, "70+": 0,
        }  # fmt: skip
        assert sum(sum(row.values()) for row in totals.gender_by_band.values()) == totals.overall
        assert totals.reasons == {"DUES_NOT_SEPARATE": 1, "PERIOD_TOO_SHORT": 2, "REFUNDED": 1}

    def test_two_queries_however_many(self, world, now, django_assert_num_queries):
        load(world, now)
        with django_assert_num_queries(2):
            verdicts(world, "duf")


class TestAgain:
    def test_nothing_changes(self, world, now):
        load(world, now)
        done = load(world, now)
        assert (done.same_members, done.same_memberships) == (10, 10)
        assert done.new_members + done.changed_members + done.new_memberships + done.changed_memberships == 0
        assert (Member.objects.count(), Membership.objects.count()) == (10, 10)

    def test_a_corrected_file_corrects(self, world, now):
        load(world, now)
        mended = WHOLE.replace("60.00", "75.00").replace("Bo Berg", "Bo Bjerg")
        done = load(world, now, mended)
        assert (done.changed_members, done.changed_memberships, done.same_members) == (1, 1, 9)
        assert verdicts(world, "duf")["3"] == "yes"
        assert Member.objects.get(member_no="2").name == "Bo Bjerg"

    def test_columns_that_are_not_there_keep_what_is(self, world, now):
        load(world, now)
        load(world, now, "member_no;name\n2;Bo Bjerg\n")
        bo = Member.objects.get(member_no="2")
        assert (bo.name, bo.street, bo.municipality_code) == ("Bo Bjerg", "Vej 2", "0461")


class TestStored:
    def test_a_dry_run_stores_nothing_and_says_the_same(self, world, now):
        dry = load(world, now, dry_run=True)
        assert not Member.objects.exists() and not MembershipType.objects.filter(name_da="Medlemskab").exists()
        assert not AuditEntry.objects.filter(action="members_imported").exists()
        assert load(world, now) == dry

    def test_one_bad_row_and_nothing_is_stored(self, world, now):
        with pytest.raises(CannotImport) as refusal:
            load(world, now, WHOLE + "11;Karl;2026-13-01" + ";" * 16 + "\n")
        assert [(p.line, p.column) for p in refusal.value.problems] == [(12, "birth_date")]
        assert not Member.objects.exists()

    def test_rows_of_one_number_are_one_person(self, world, now):
        first = "1;Anna;2000-01-01;;;;;;;;;2026-01-01;2026-06-30;40;true;2026-01-02;self;;"
        second = "1;Anna Ny;2000-01-01;;;;;;;;;2026-07-01;2026-12-31;40;true;2026-07-02;self;;"
        done = load(world, now, f"{HEADING}\n{first}\n{second}\n")
        assert (done.new_members, done.new_memberships) == (1, 2)
        assert Member.objects.get().name == "Anna Ny" and verdicts(world, "duf") == {"1": "yes"}

    def test_dues_without_a_period(self, world, now):
        load(world, now, one(dues_amount="75", paid_at="2026-02-01T12:00:00Z"))
        assert Membership.objects.get().period_from is None
        assert verdicts(world, "duf") == {"1": "NO_PERIOD"}

    def test_somebody_without_dues_is_in_the_register_all_the_same(self, world, now):
        load(world, now, one())
        assert Member.objects.get().member_no == "1" and verdicts(world, "cfr") == {"1": "NO_DUES"}

    def test_numbers_are_given_past_those_of_the_file(self, world, now):
        load(world, now, one(member_no="41"))
        load(world, now, one(member_no="", name="Bo", birth_date="2001-01-01"))
        assert set(Member.objects.values_list("member_no", flat=True)) == {"41", "42"}
        dues = Dues(
            membership_type_id=MembershipType.objects.filter(organization=world.organization).first().pk,
            period_from=TODAY, period_to=date(2026, 12, 31), amount=7500, text="Kontingent", payer_name="C",
            payer_relation="self", paid_at=now, payment_method="card", payment_reference="p", source_reference="l-1",
        )  # fmt: skip
        bought = grant_membership(
            organization_id=world.organization.pk, details=MemberDetails(None, "Cilla"), dues=dues, now=now
        )
        assert bought.member.member_no == "43"

    def test_without_a_number_somebody_is_known_by_name_and_date_of_birth(self, world, now):
        load(world, now)
        done = load(world, now, "name;birth_date;street\nBO  BERG;1997-11-30;Ny Vej 1\nBo Berg;;Vej\n")
        assert (done.new_members, done.changed_members) == (1, 1)
        assert Member.objects.get(member_no="2").street == "Ny Vej 1"

    def test_somebody_with_two_numbers_is_a_doubt(self, world, now):
        load(world, now)
        done = load(world, now, one(member_no="99", name="Bo Berg", birth_date="1997-11-30"))
        assert [(doubt.line, doubt.column) for doubt in done.doubts] == [(2, "name")]

    def test_a_profile_is_never_touched(self, world, now):
        load(world, now)
        Member.objects.filter(member_no="2").update(person=world.buyer)
        before = Person.objects.get(pk=world.buyer.pk).name
        load(world, now, WHOLE.replace("Bo Berg", "Somebody Else"))
        assert Person.objects.get(pk=world.buyer.pk).name == before

    def test_another_association_has_its_own_numbers(self, world, now):
        load(world, now)
        import_members(
            organization=world.other, read=read_members(one(member_no="1"), today=TODAY), actor=SYSTEM, now=now
        )
        assert Member.objects.filter(member_no="1").count() == 2
        assert Member.objects.get(organization=world.organization, member_no="1").name == "Anna Ø. Ågård"

    def test_the_log_has_counts_and_no_names(self, world, now):
        load(world, now)
        entry = AuditEntry.objects.get(action="members_imported")
        assert (entry.organization_id, entry.subject_id) == (world.organization.pk, None)


class TestCells:
    @pytest.mark.parametrize(
        ("cells", "column"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 121}, "name"),
            ({"birth_date": "01-02-2000"}, "birth_date"),
            ({"birth_date": "2026-03-02"}, "birth_date"),
            ({"birth_date": "1900-01-01"}, "birth_date"),
            ({"gender": "kvinde"}, "gender"),
            ({"country": "Danland"}, "country"),
            ({"municipality_code": "0001"}, "municipality_code"),
            ({"email": "anna@"}, "email"),
            ({"member_from": "2026-01-01"}, "member_to"),
            ({"member_from": "2026-02-01", "member_to": "2026-01-01"}, "member_to"),
            ({"dues_amount": "-1"}, "dues_amount"),
            ({"dues_amount": "75.001"}, "dues_amount"),
            ({"dues_amount": "NaN"}, "dues_amount"),
            ({"dues_amount": "1e30"}, "dues_amount"),
            ({"dues_amount": "75", "refunded_amount": "76"}, "refunded_amount"),
            ({"paid_at": "yesterday"}, "paid_at"),
            ({"dues_separate": "maybe"}, "dues_separate"),
            ({"payer_relation": "uncle"}, "payer_relation"),
        ],
    )
    def test_a_bad_cell_is_named(self, cells, column):
        read = read_members(one(**cells), today=TODAY)
        assert [(problem.line, problem.column) for problem in read.problems] == [(2, column)] and not read.rows
        assert str(read.problems[0].message)

    @pytest.mark.parametrize(
        ("cell", "ore"), [("75", 7500), ("75,5", 7550), ("75.50", 7550), ("0", 0), ("", 0), ("1234,05", 123405)]
    )
    def test_amounts(self, cell, ore):
        read = read_members(one(dues_amount=cell, member_from="2026-01-01", member_to="2026-12-31"), today=TODAY)
        assert read.rows[0].membership.dues_amount == ore

    @pytest.mark.parametrize(
        ("cell", "instant"),
        [
            ("2026-02-01T12:00:00Z", datetime(2026, 2, 1, 12, tzinfo=UTC)),
            ("2026-02-01 12:00", datetime(2026, 2, 1, 12, tzinfo=UTC)),
            ("2026-02-01T12:00:00+01:00", datetime(2026, 2, 1, 11, tzinfo=UTC)),
            ("2026-07-01", datetime(2026, 7, 1, 10, tzinfo=UTC)),  # noon in Copenhagen
        ],
    )
    def test_instants(self, cell, instant):
        assert read_members(one(paid_at=cell), today=TODAY).rows[0].membership.paid_at == instant

    @pytest.mark.parametrize(
        ("cells", "code", "source"),
        [
            ({"postcode": "8000"}, "0751", "auto"),
            ({"postcode": "8000", "municipality_code": "751"}, "0751", "admin"),
            ({"postcode": "21120", "country": "SE"}, "", ""),
            ({"municipality_code": "UKENDT"}, "", ""),
            ({}, "", ""),
        ],
    )
    def test_the_municipality(self, cells, code, source):
        snapshot = read_members(one(**cells), today=TODAY).rows[0].snapshot
        assert (snapshot["municipality_code"], snapshot["municipality_source"]) == (code, source)

    def test_the_postcode_fills_the_town(self):
        assert read_members(one(postcode="8000"), today=TODAY).rows[0].snapshot["city"] == "Aarhus C"

    def test_a_postcode_that_is_none_is_a_doubt(self):
        read = read_members(one(postcode="0001"), today=TODAY)
        assert read.rows and [doubt.column for doubt in read.doubts] == ["postcode"]

    def test_our_own_guard_against_formulas_is_taken_off(self):
        assert read_members(one(phone="'+45 11 22 33 44"), today=TODAY).rows[0].snapshot["phone"] == "+45 11 22 33 44"

    def test_other_separators(self):
        assert read_members("name,birth_date\nAnna,2000-01-01\n", today=TODAY).rows[0].snapshot["name"] == "Anna"


class TestWholeFile:
    @pytest.mark.parametrize(
        "text", ["", "hello\n", "name;name\nA;B\n", "name;shoe_size\nA;44\n", "birth_date\n2000-01-01\n", 'name\n"A\n']
    )
    def test_a_heading_that_will_not_do(self, text):
        with pytest.raises(Unreadable):
            read_members(text, today=TODAY)

    def test_what_excel_saves(self):
        assert decode("name\nSøren Ågård".encode("cp1252")).endswith("Søren Ågård")
        assert decode("\ufeffname".encode()) == "name"

    def test_a_line_with_too_many_cells(self):
        read = read_members("name\nAnna;Bo\n", today=TODAY)
        assert not read.rows and read.problems[0].line == 2

    def test_empty_lines_are_nothing(self):
        assert len(read_members("name;city\nAnna;\n\n;\n", today=TODAY).rows) == 1


def test_danish_thousands_are_read_and_a_point_alone_is_a_decimal_point():
    read = read_members(
        "name;member_from;member_to;dues_amount\nÅse;2026-01-01;2026-12-31;1.234,50\n", today=date(2026, 11, 1)
    )
    assert [row.membership.dues_amount for row in read.rows] == [123450]
    wrong = read_members(
        "name;member_from;member_to;dues_amount\nÅse;2026-01-01;2026-12-31;1.234\n", today=date(2026, 11, 1)
    )
    assert [problem.column for problem in wrong.problems] == ["dues_amount"]
