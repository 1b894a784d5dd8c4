"""The register's pages: who may use them, entering, correcting, dues, leaving, a file in two steps."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conbillet.accounts.models import Person
from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.memberships.models import Member, Membership
from conbillet.memberships.tests.test_importing import WHOLE, load
from conbillet.organizations.models import RoleKind
from tests.login import log_in

from .test_orders import text_of, with_role

pytestmark = pytest.mark.django_db

PAGE = "/office/alea/members/"
BO = f"{PAGE}2/"
KARL = {
    "name": "Karl Åberg", "birth_date": "24-12-2001", "gender": "man", "street": "Vej 1", "postcode": "8000", "city": "Aarhus C",
    "country": "DK", "email": "karl@example.com", "phone": "20123456",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def owner(client, world):
    return log_in(client, world.owner)


@pytest.fixture
def register(world, now):
    load(world, now)


def names(answer) -> list[str]:
    return [member.name for member in answer.context["page"]]


class TestWho:
    @pytest.mark.parametrize("kind", [RoleKind.MEMBER_SECRETARY, RoleKind.MANAGER])
    def test_for_those_who_keep_the_register(self, client, world, register, kind):
        someone = with_role(client, world, kind)
        assert [someone.get(f"{PAGE}{rest}").status_code for rest in ("", "new/", "file/", "2/")] == [200] * 4

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.DOOR_CREW])
    def test_not_for_these(self, client, world, register, kind):
        someone = with_role(client, world, kind)
        for rest in ("", "new/", "file/", "2/"):
            assert someone.get(f"{PAGE}{rest}").status_code == 403
        assert someone.post(f"{PAGE}new/", KARL).status_code == 403
        assert Member.objects.count() == 10

    def test_a_stranger_finds_nothing_here_nor_by_their_own_address(self, client, world, register):
        stranger = log_in(client, world.stranger)
        assert stranger.get(PAGE).status_code == 404
        for rest in ("2/", "2/dues/", "2/left/"):
            assert stranger.post(f"/office/hyggecon/members/{rest}", {**KARL, "left_on": "2026-02-01"}).status_code == 404
        assert Member.objects.get(member_no="2").left_on is None
        assert names(stranger.get("/office/hyggecon/members/")) == []

    def test_wrong_verbs(self, owner, register):
        assert owner.get(f"{BO}dues/").status_code == owner.get(f"{BO}left/").status_code == 405
        assert owner.put(PAGE).status_code == owner.delete(BO).status_code == 405


class TestList:
    def test_empty_it_says_what_to_do(self, owner):
        page = text_of(owner.get(PAGE))
        assert "Ingen endnu" in page and "Læs en fil" in page

    def test_in_danish_order_with_states(self, owner, register):
        answer = owner.get(PAGE)
        assert names(answer)[0] == "Anna Ø. Ågård" and len(names(answer)) == 10
        assert f'href="{PAGE}"' in owner.get("/office/alea/").content.decode()

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"q": "bo"}, ["Bo Berg"]),
            ({"q": "ANNA@example.com"}, ["Anna Ø. Ågård"]),
            ({"q": "7"}, ["Gun Holm"]),
            ({"q": "bo", "state": "before"}, []),
            ({"q": "%"}, []),
        ],
    )
    def test_found(self, owner, register, asked, found):
        assert names(owner.post(PAGE, asked)) == found

    def test_states(self, owner, world, register):
        Member.objects.filter(member_no="3").update(left_on=date(2026, 2, 10))
        Membership.objects.filter(member__member_no="8").update(paid_at=None)
        now, before = names(owner.get(PAGE, {"state": "now"})), names(owner.get(PAGE, {"state": "before"}))
        assert "Bo Berg" in now and "Cecilie Dam" in before and "Hans Ibsen" in before
        assert sorted(now + before) == sorted(names(owner.get(PAGE)))
        assert names(owner.get(PAGE, {"state": "unpaid"})) == ["Hans Ibsen"]

    def test_what_is_searched_for_stands_in_no_address(self, owner, register):
        assert owner.post(PAGE, {"q": "", "state": "now"})["Location"] == f"{PAGE}?state=now"

    def test_queries_do_not_grow(self, owner, world, now):
        owner.get(PAGE)
        counts = []
        for text in ("name\nA\n", WHOLE):
            load(world, now, text)
            with CaptureQueriesContext(connection) as queries:
                owner.get(PAGE)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestEntering:
    def test_somebody_new(self, owner, world):
        answer = owner.post(f"{PAGE}new/", KARL)
        member = Member.objects.get()
        assert answer["Location"] == f"{PAGE}{member.member_no}/"
        assert (member.name, member.birth_date, member.municipality_code) == ("Karl Åberg", date(2001, 12, 24), "0751")
        assert (member.phone, member.municipality_source, member.person_id) == ("+4520123456", "auto", None)
        assert AuditEntry.objects.get(action="member_entered").object_reference == member.member_no

    def test_the_same_person_is_in_the_register_once(self, owner):
        owner.post(f"{PAGE}new/", KARL)
        answer = owner.post(f"{PAGE}new/", {**KARL, "name": "KARL ÅBERG"})
        assert answer.status_code == 422 and "som nummer 1" in text_of(answer) and "KARL ÅBERG" in answer.content.decode()
        assert Member.objects.count() == 1

    @pytest.mark.parametrize("change", [{"name": ""}, {"postcode": "0001"}, {"birth_date": "2099-01-01"}, {"municipality_code": "9999"}])
    def test_errors_keep_what_was_typed(self, owner, change):
        answer = owner.post(f"{PAGE}new/", {**KARL, **change})
        assert answer.status_code == 422 and "karl@example.com" in answer.content.decode()
        assert not Member.objects.exists()


class TestOneMember:
    def test_a_correction_is_logged_by_its_fields_and_touches_no_profile(self, owner, world, register):
        Member.objects.filter(member_no="2").update(person=world.buyer)
        before = Person.objects.get(pk=world.buyer.pk).name
        assert owner.post(BO, {**KARL, "name": "Bo Bjerg", "birth_date": "30-11-1997", "municipality_code": "0461"}).status_code == 302
        member = Member.objects.get(member_no="2")
        assert (member.name, member.municipality_code, member.postcode) == ("Bo Bjerg", "0751", "8000")
        assert Person.objects.get(pk=world.buyer.pk).name == before
        assert AuditEntry.objects.get(action="member_corrected").subject_id == world.buyer.pk

    def test_a_municipality_that_was_chosen_stays(self, owner, register):
        values = {**KARL, "birth_date": "30-11-1997", "municipality_code": "0727"}
        owner.post(BO, values)
        owner.post(BO, {**values, "street": "Vej 99"})
        member = Member.objects.get(member_no="2")
        assert (member.municipality_code, member.municipality_source, member.street) == ("0727", "admin", "Vej 99")

    def test_nothing_changed_is_no_correction(self, owner, register):
        owner.post(BO, {**KARL})
        count = AuditEntry.objects.filter(action="member_corrected").count()
        owner.post(BO, {**KARL})
        assert AuditEntry.objects.filter(action="member_corrected").count() == count

    def test_dues_from_outside_the_shop(self, owner, world, register):
        kind = Membership.objects.first().membership_type_id
        values = {
            "membership_type": kind, "period_from": "2026-02-01", "period_to": "2026-12-31", "amount": "75,00",
            "paid_on": "2026-02-20", "payer_relation": "parent", "payer_name": "Mor Berg", "method": "transfer", "reference": "bilag 7",
        }  # fmt: skip
        assert owner.post(f"{BO}dues/", values).status_code == 302
        row = Membership.objects.get(channel="office")
        assert (row.dues_amount, row.payer_name, row.payment_reference) == (7500, "Mor Berg", "bilag 7")
        assert clock.copenhagen_day(row.paid_at) == date(2026, 2, 20)
        page = text_of(owner.get(BO))
        assert "Mor Berg" in page and "bilag 7" in page

    @pytest.mark.parametrize("change", [{"amount": "-1"}, {"period_to": "2025-01-01"}, {"paid_on": "2026-12-24"}, {"membership_type": "0"}])
    def test_dues_that_cannot_be(self, owner, register, change):
        kind = Membership.objects.first().membership_type_id
        values = {"membership_type": kind, "period_from": "2026-02-01", "period_to": "2026-12-31", "amount": "75", "payer_relation": "self"}
        answer = owner.post(f"{BO}dues/", {**values, **change})
        assert answer.status_code == 422 and not Membership.objects.filter(channel="office").exists()

    def test_another_associations_membership_type_is_none_of_ours(self, owner, world, register):
        from conbillet.memberships.models import MembershipType

        theirs = MembershipType.objects.create(organization=world.other, name_da="Hygge")
        values = {"membership_type": theirs.pk, "period_from": "2026-02-01", "period_to": "2026-12-31", "amount": "75", "payer_relation": "self"}
        assert owner.post(f"{BO}dues/", values).status_code == 422

    def test_leaving_and_coming_back(self, owner, register):
        owner.post(f"{BO}left/", {"left_on": "2026-02-20"})
        assert Member.objects.get(member_no="2").left_on == date(2026, 2, 20)
        assert owner.post(f"{BO}left/", {"left_on": "2027-01-05"}).status_code == 422
        owner.post(f"{BO}left/", {"back": "1"})
        assert Member.objects.get(member_no="2").left_on is None
        assert list(AuditEntry.objects.filter(action__in=["member_left", "member_came_back"]).values_list("action", flat=True)) == ["member_left", "member_came_back"]  # fmt: skip


class TestFile:
    def upload(self, owner, text):
        from django.core.files.uploadedfile import SimpleUploadedFile

        return owner.post(f"{PAGE}file/", {"file": SimpleUploadedFile("members.csv", text.encode(), "text/csv")})

    def test_first_what_would_happen_then_it_happens(self, owner):
        looked = self.upload(owner, WHOLE)
        assert looked.status_code == 200 and looked.context["done"].new_members == 10 and not Member.objects.exists()
        stored = owner.post(f"{PAGE}file/", {"text": looked.context["text"], "store": "1"})
        assert stored["Location"] == PAGE and Member.objects.count() == 10

    def test_problems_are_named_and_nothing_is_stored(self, owner):
        answer = self.upload(owner, WHOLE.replace("2026-02-02T12:00:00Z", "then"))
        assert answer.status_code == 422 and "Linje 3, paid_at" in text_of(answer) and not Member.objects.exists()

    @pytest.mark.parametrize("text", ["", "\x00\x01", "hello"])
    def test_what_is_no_such_file(self, owner, text):
        assert self.upload(owner, text).status_code == 422

    def test_markup_in_names_is_text(self, owner, world):
        self.upload(owner, "name\n<script>alert(1)</script>\n")
        owner.post(f"{PAGE}file/", {"text": "name\n<script>alert(1)</script>\n", "store": "1"})
        assert "<script>alert(1)" not in owner.get(PAGE).content.decode()
