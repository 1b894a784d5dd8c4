"""The office's documentation of members: counted live, kept, handed out with a trace, frozen on New Year's night."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pypdf
import pytest

from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.memberships import documentation as module
from conbillet.memberships.models import Member, MemberDocumentation, Membership
from conbillet.memberships.tests.test_importing import load
from conbillet.organizations.models import RoleKind
from conbillet.privacy.actions import disclose_members as door
from conbillet.privacy.disclosure import disclosures_about, stand_in
from conbillet.privacy.limits import restricted_members
from conbillet.privacy.models import DisclosedPerson, Disclosure, Limit
from conbillet.privacy.reach import guest, subject_of
from conbillet.web.office.tests.test_orders import text_of, with_role
from conbillet.workflows.member_documentation import freeze_year
from tests.login import log_in

pytestmark = pytest.mark.django_db

PAGE = "/office/alea/members/documentation/"
NEW_YEAR = datetime(2026, 12, 31, 23, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def register(world, now):
    load(world, now)


@pytest.fixture
def owner(client, world, register):
    return log_in(client, world.owner)


@pytest.fixture
def kept(owner) -> MemberDocumentation:
    owner.post(f"{PAGE}keep/", {"rules": "duf", "year": "2026"})
    return MemberDocumentation.objects.get()


def handed(owner, kept, form, **rest):
    answer = owner.post(f"{PAGE}{kept.reference}/{form}/", rest)
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_in(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


class TestWho:
    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.DOOR_CREW])
    def test_not_for_these(self, client, world, owner, kept, kind):
        someone = with_role(client, world, kind)
        assert someone.get(PAGE).status_code == someone.get(f"{PAGE}{kept.reference}/").status_code == 403
        assert someone.post(f"{PAGE}{kept.reference}/csv/").status_code == 403
        assert not Disclosure.objects.exists()

    def test_a_stranger_finds_nothing_here_nor_by_their_own_address(self, client, world, owner, kept):
        stranger = log_in(client, world.stranger)
        assert stranger.get(PAGE).status_code == 404
        for form in ("numbers", "pdf", "csv", "xlsx", "proofs"):
            assert stranger.post(f"/office/hyggecon/members/documentation/{kept.reference}/{form}/").status_code == 404

    def test_files_are_asked_for_by_post(self, owner, kept):
        assert owner.get(f"{PAGE}{kept.reference}/csv/").status_code == 405
        assert owner.post(f"{PAGE}{kept.reference}/docx/").status_code == 404


class TestPages:
    def test_each_set_of_rules_counts_live(self, owner):
        rows = {row["key"]: row["totals"].overall for row in owner.get(PAGE).context["rows"]}
        assert rows == {"duf": 3, "cfr": 6, "under25": 3}
        assert "mindre end 75 kr. blev betalt" in text_of(owner.get(PAGE))

    @pytest.mark.parametrize("year", ["2099", "x", "-1", "20260"])
    def test_a_year_that_is_none(self, owner, year):
        assert owner.get(PAGE, {"year": year}).context["year"] == 2026
        owner.post(f"{PAGE}keep/", {"rules": "duf", "year": year})
        assert not MemberDocumentation.objects.exists()

    def test_a_kept_count_says_what_has_changed_since(self, owner, kept):
        page = text_of(owner.get(f"{PAGE}{kept.reference}/"))
        assert "Uændret" in page and "Intet, der gør en forskel" in page
        Membership.objects.filter(member__member_no="2").update(refunded_amount=7500)
        changed = owner.get(f"{PAGE}{kept.reference}/")
        assert changed.context["adjustments"] == [("2", "tæller med", "kontingentet er betalt tilbage")]

    def test_planted_a_changed_count_is_not_passed_off(self, owner, kept, monkeypatch):
        monkeypatch.setattr(module, "sha256_of", lambda value: "0")
        assert "Nogen har ændret" in text_of(owner.get(f"{PAGE}{kept.reference}/"))


class TestHandedOut:
    def test_the_numbers_are_about_nobody(self, owner, kept):
        text = text_in(handed(owner, kept, "numbers"))
        assert "ALEA" in text and kept.numbers_sha256[:8] in text
        assert "0-6 7-12 13-18 19-24 25-39 40-59 60-69 70+" in text
        assert "Berg" not in text and not Disclosure.objects.exists()

    def test_the_same_file_each_time(self, owner, kept):
        assert handed(owner, kept, "numbers") == handed(owner, kept, "numbers")

    @pytest.mark.proves("use.member_documentation")
    @pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
    def test_a_list_is_written_down_person_by_person(self, owner, world, now, kept, form):
        Member.objects.filter(member_no="2").update(person=world.buyer)
        content = handed(owner, kept, form)
        text = content.decode("utf-8-sig") if form == "csv" else text_in(content) if form == "pdf" else ""
        if form != "xlsx":
            assert "Bo Berg" in text and "anna@example.com" not in text
        disclosure = Disclosure.objects.get()
        assert (disclosure.form, disclosure.people, disclosure.purpose) == (form, 10, "member_documentation")
        assert disclosure.fields == "name,address,birth_date,postcode"
        told = disclosures_about(subject_of(world.buyer))
        assert [one.purpose for one in told] == ["member_documentation"]
        anna = Member.objects.get(member_no="1")
        assert DisclosedPerson.objects.filter(subject_id=stand_in("member", anna.pk)).exists()
        assert len(disclosures_about(guest("anna@example.com"))) == 1
        assert AuditEntry.objects.filter(action="members_handed_out").count() == 1

    @pytest.mark.proves("use.member_documentation")
    def test_the_sample_is_drawn_with_proofs(self, owner, kept):
        first, again = handed(owner, kept, "proofs", size="2"), handed(owner, kept, "proofs", size="2")
        assert first == again and Disclosure.objects.order_by("pk").first().people == 2
        text = text_in(first)
        assert text.count("bekræfter, at dette er") == 2 and "75,00" in text, text

    @pytest.mark.parametrize("size", ["0", "301", "x", ""])
    def test_a_sample_that_cannot_be(self, owner, kept, size):
        assert owner.post(f"{PAGE}{kept.reference}/proofs/", {"size": size}).status_code == 302
        assert not Disclosure.objects.exists()

    def test_cells_are_safe_from_formulas(self, owner, world, kept):
        kept.members.filter(position=2).update(name="=1+1", street="@cmd")
        text = handed(owner, kept, "csv").decode("utf-8-sig")
        assert "'=1+1" in text and "'@cmd" in text


class TestRestricted:
    """Whose data may only be stored (GDPR art. 18) is in no list, file or sample of names; the numbers count them."""

    FORMS = ("csv", "pdf", "proofs")

    @pytest.fixture
    def limited(self, world, kept, now):
        """Bo by the person the register knows, Anna by an address that leads to nobody."""
        Member.objects.filter(member_no="2").update(person=world.buyer)
        Limit.objects.create(person=world.buyer, kind="restriction", from_at=now - timedelta(days=1))
        Limit.objects.create(email="anna@example.com", kind="restriction", from_at=now - timedelta(days=1))
        return {str(Member.objects.get(member_no=number).name) for number in ("1", "2")}

    def text(self, owner, kept, form) -> str:
        content = handed(owner, kept, form, **({"size": "300"} if form == "proofs" else {}))
        return content.decode("utf-8-sig") if form == "csv" else text_in(content)

    @pytest.mark.proves("use.member_documentation")
    @pytest.mark.parametrize("form", FORMS)
    def test_left_out_of_every_file_and_its_record(self, owner, world, kept, limited, form):
        text = self.text(owner, kept, form)
        assert not [name for name in limited if name in text]
        assert not DisclosedPerson.objects.filter(subject_id=world.buyer.pk).exists()
        assert disclosures_about(subject_of(world.buyer)) == disclosures_about(guest("anna@example.com")) == []
        assert form == "proofs" or Disclosure.objects.get().people == 8

    def test_left_out_of_the_workbook(self, owner, kept, limited):
        with zipfile.ZipFile(io.BytesIO(handed(owner, kept, "xlsx"))) as file:
            text = "".join(file.read(name).decode() for name in file.namelist())
        assert not [name for name in limited if name in text] and Disclosure.objects.get().people == 8

    @pytest.mark.parametrize("form", FORMS)
    def test_planted_a_door_that_forgets_to_ask_hands_them_out(self, owner, kept, limited, monkeypatch, form):
        monkeypatch.setattr(door, "restricted_members", set)
        monkeypatch.setattr("conbillet.workflows.member_documentation.restricted_members", set)
        text = self.text(owner, kept, form)
        assert [name for name in limited if name in text]

    def test_page_and_file_say_how_many_and_why_but_not_who(self, owner, kept, limited):
        page = text_of(owner.get(f"{PAGE}{kept.reference}/"))
        assert "2 medlemmer er udeladt af listen og stikprøven" in page and "artikel 18" in page
        assert not [name for name in limited if name in page]
        assert "2 medlemmer, hvis oplysninger kun må opbevares" in " ".join(self.text(owner, kept, "pdf").split())

    def test_nothing_is_said_when_nobody_is_left_out(self, owner, kept):
        assert "udeladt" not in text_of(owner.get(f"{PAGE}{kept.reference}/"))
        assert "Udeladt" not in self.text(owner, kept, "pdf")

    def test_the_sample_takes_the_next_by_lot(self, owner, kept, limited):
        assert "bekræfter, at dette er" in self.text(owner, kept, "proofs")
        assert Disclosure.objects.get().people == kept.numbers["overall"] - kept.members.filter(
            counts=True, member__member_no__in=["1", "2"]
        ).count()  # fmt: skip

    def test_another_association_s_restricted_members_are_not_told_to_this_one(self, world, kept, limited):
        with acting_for(world.other.pk):
            assert restricted_members() == set()
        with acting_for(world.organization.pk):
            assert len(restricted_members()) == 2

    def test_when_the_limit_has_ended_they_are_handed_out_again(self, owner, kept, limited, now):
        Limit.objects.update(until_at=now - timedelta(hours=1))
        text = self.text(owner, kept, "csv")
        assert all(name in text for name in limited)


class TestNewYear:
    @pytest.mark.proves("use.member_documentation")
    def test_every_set_of_rules_once(self, world, register):
        freeze_year(now=NEW_YEAR)
        freeze_year(now=NEW_YEAR.replace(year=2027, month=1, day=3))
        frozen = MemberDocumentation.objects.all()
        assert sorted(one.rules_version.split("/")[0] for one in frozen) == ["cfr", "duf", "under25"]
        assert {one.year for one in frozen} == {2026}
        assert {one.organization_id for one in frozen} == {world.organization.pk}

    def test_a_count_from_before_the_years_end_is_not_the_frozen_one(self, owner, kept):
        freeze_year(now=NEW_YEAR)
        assert MemberDocumentation.objects.filter(rules_version=kept.rules_version).count() == 2
