"""Somebody who cannot reach the old address fetches a package by a code; a child without an address is deleted at the desk."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client

from conbillet.core.erasure_ledger import Erasure as Entry
from conbillet.core.models import AuditEntry
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Member, Membership
from conbillet.privacy.erasure import children as module
from conbillet.privacy.erasure.children import children_on_orders_of
from conbillet.privacy.erasure.ledger import ledger
from conbillet.privacy.erasure.replay import replay_ledger
from conbillet.privacy.models import Erasure, InsightPackage
from conbillet.privacy.residue import Needles, in_database
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Participant
from conbillet.support.models import Case
from conbillet.tickets.models import Ticket
from conbillet.workflows.insight_codes import MOST_TRIES
from tests.cases.conftest import a_case
from tests.jobs import run_jobs
from tests.purchases import ADA, BO, paid_order

pytestmark = pytest.mark.django_db

NEW = "ada.new@example.com"


def residue_of(value: str) -> set[str]:
    return {hit.place for hit in in_database(Needles([value]))}


class TestCode:
    @pytest.fixture
    def case(self, officer, world, today) -> Case:
        """An officer has checked Ada, who bought with an address that she lost; the package is ready."""
        paid_order(world, today, Wish(world.adult.pk, 1))
        case = a_case(today, "insight", NEW)
        how = {"email": ADA.email, "how": "named two orders and what was bought in them"}
        assert officer.post(f"/desk/cases/{case.reference}/identity/", how).status_code == 302
        officer.post(f"/desk/cases/{case.reference}/insight/")
        run_jobs()
        return case

    def code(self, officer, case) -> tuple[str, str]:
        answer = officer.post(f"/desk/cases/{case.reference}/code/")
        assert answer.status_code == 200, answer.status_code
        return answer.context["package"].reference, answer.context["code"]

    def fetch(self, number, code):
        return Client().post("/help/package/", {"number": number, "code": code})

    @pytest.mark.proves("right.insight")
    def test_it_opens_the_package_once_without_an_account(self, officer, case):
        number, code = self.code(officer, case)
        answer = self.fetch(number.lower(), "-".join((code[:4], code[4:8], code[8:])))
        assert answer["Content-Type"] == "application/zip" and "no-store" in answer["Cache-Control"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert ADA.email in "".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
        again = self.fetch(number, code)
        assert again.status_code == 422 and "application/zip" not in again["Content-Type"]
        assert AuditEntry.objects.filter(action="insight_fetched").count() == 1

    def test_the_old_address_hears_of_it(self, officer, case):
        self.fetch(*self.code(officer, case))
        run_jobs()
        told = OutgoingMail.objects.get(kind="insight_code_used")
        assert told.recipient == ADA.email and "til dig" not in told.subject and told.state == "sent"

    def test_the_code_stands_nowhere(self, officer, case, tmp_path):
        _number, code = self.code(officer, case)
        assert residue_of(code) == set() and len(InsightPackage.objects.get().token_hash) == 64

    def test_five_tries_and_no_more(self, officer, case):
        number, code = self.code(officer, case)
        for _ in range(MOST_TRIES):
            assert self.fetch(number, "0000-0000-0000").status_code == 422
        assert self.fetch(number, code).status_code == 422
        assert self.fetch(*self.code(officer, case)).status_code == 200, "the twin: a new code works"

    def test_a_new_code_makes_the_old_one_invalid_and_time_does_too(self, officer, case, today):
        number, code = self.code(officer, case)
        _number, newer = self.code(officer, case)
        assert self.fetch(number, code).status_code == 422
        InsightPackage.objects.update(expires_at=today - timedelta(seconds=1))
        assert self.fetch(number, newer).status_code == 422

    @pytest.mark.parametrize("number", ["", "x" * 200, "0000-0000-0000", "\x00", "æøå"])
    def test_whatever_does_not_fit_gets_one_answer(self, number):
        answer = self.fetch(number, "0000-0000-0000")
        assert answer.status_code == 422 and "form" in answer.context

    def test_only_officers_and_only_for_whom_they_have_checked(self, agent, officer, case, today):
        assert agent.post(f"/desk/cases/{case.reference}/code/").status_code == 403
        Case.objects.update(identity="code")
        assert officer.post(f"/desk/cases/{case.reference}/code/").status_code == 302
        assert InsightPackage.objects.get().token_hash == ""
        assert officer.get(f"/desk/cases/{case.reference}/code/").status_code == 405

    def test_the_page_with_the_button_and_the_page_for_the_code(self, officer, case):
        assert f"/desk/cases/{case.reference}/code/" in officer.get(f"/desk/cases/{case.reference}/").content.decode()
        page = Client().get("/help/package/")
        assert page.status_code == 200 and "noindex" in page.content.decode() and not page.cookies


class TestChild:
    @pytest.fixture
    def bought(self, world, today) -> Order:
        """Ada buys for herself and for a child that has no address; with memberships."""
        child = {"name": "Mia Lund", "birth_date": date(2018, 6, 1), "email": ""}
        order = paid_order(world, today, Wish(world.adult.pk, 2), Wish(world.membership.pk, 2))
        Participant.objects.filter(order=order, name=BO.name).update(**child)
        Member.objects.filter(name=BO.name).update(name="Mia Lund", birth_date=child["birth_date"], email="")
        return order

    @pytest.fixture
    def case(self, officer, bought, today) -> Case:
        case = a_case(today, "deletion")
        how = {
            "email": ADA.email, "how": "saw the child's certificate of birth", "for_child": "on", "child_born": "2018-06-01",
        }  # fmt: skip
        assert officer.post(f"/desk/cases/{case.reference}/identity/", how).status_code == 302
        return case

    def delete(self, officer, case):
        page = officer.get(f"/desk/cases/{case.reference}/deletion/")
        (child,) = page.context["children"]
        path = f"/desk/cases/{case.reference}/deletion/{child.id}/"
        assert "Mia Lund" in officer.get(path).content.decode()
        return officer.post(path, {"sure": "on", "tickets": "void"})

    @pytest.mark.proves("right.deletion")
    def test_the_child_goes_and_the_guardian_stays(self, officer, case, bought):
        before = set(residue_of("Mia Lund"))
        assert {"sales_participant.name", "memberships_member.name"} <= before
        assert self.delete(officer, case).status_code == 302
        run_jobs()
        erasure = Erasure.objects.get()
        kept = {f"{line.table}.name" for line in erasure.lines.filter(outcome="kept", category="user.name")}
        assert residue_of("Mia Lund") <= kept, "what is left is what the receipt says"
        assert "sales_participant.name" not in residue_of("Mia Lund")
        assert Order.objects.get().buyer_email == ADA.email and Participant.objects.filter(name=ADA.name).exists()
        assert Member.objects.filter(email=ADA.email).exists()
        assert set(Ticket.objects.filter(voided_at=None).values_list("participant__name", flat=True)) == {ADA.name}
        told = OutgoingMail.objects.get(kind="erasure_receipt")
        assert told.recipient in {ADA.email, ""} and Case.objects.get().state == "closed"

    def test_planted_deleting_by_the_address_would_have_taken_the_guardian(self, officer, case, monkeypatch):
        monkeypatch.setattr("conbillet.web.desk.views.deletion.children_on_orders_of", lambda email, now: [])
        officer.post(f"/desk/cases/{case.reference}/deletion/", {"sure": "on", "tickets": "void"})
        assert not Order.objects.filter(buyer_email=ADA.email).exists()

    def test_who_is_fifteen_has_an_address_or_is_on_somebody_else_s_order_is_not_offered(self, case, bought, today):
        assert [one.name for one in children_on_orders_of(ADA.email.upper(), now=today)] == ["Mia Lund"]
        assert children_on_orders_of(BO.email, now=today) == []
        mia = Participant.objects.filter(name="Mia Lund")
        for change in ({"birth_date": date(2010, 1, 1)}, {"email": "mia@example.com"}):
            mia.update(birth_date=date(2018, 6, 1), email="")
            mia.update(**change)
            assert children_on_orders_of(ADA.email, now=today) == []

    def test_not_before_it_was_checked_and_no_child_of_others(self, officer, bought, case, today):
        path = f"/desk/cases/{case.reference}/deletion/"
        assert officer.get(f"{path}00000000-0000-0000-0000-000000000000/").status_code == 404
        Case.objects.update(identity="code")
        assert officer.get(path).status_code == 404

    def test_a_restored_backup_is_gone_through(self, officer, case, bought, today):
        """The ledger alone is left of it; the child is found by what the buyer typed, and erased again."""
        names = list(Participant.objects.filter(name="Mia Lund").values_list("pk", "name", "birth_date"))
        self.delete(officer, case)
        entry = list(ledger().entries())[-1]
        assert isinstance(entry, Entry) and entry.scope == "child"
        Erasure.objects.all().delete()
        for pk, name, born in names:
            Participant.objects.filter(pk=pk).update(name=name, birth_date=born)
        assert "child" in [one.scope for one in replay_ledger(now=today)]
        assert not Participant.objects.filter(name="Mia Lund").exists()

    def test_planted_a_replay_that_does_not_look_for_children_leaves_them(self, officer, case, bought, today, monkeypatch):
        pks = list(Participant.objects.filter(name="Mia Lund").values_list("pk", flat=True))
        self.delete(officer, case)
        Erasure.objects.all().delete()
        Participant.objects.filter(pk__in=pks).update(name="Mia Lund", birth_date=date(2018, 6, 1))
        monkeypatch.setattr(module, "_everybody", lambda: iter(()))
        replay_ledger(now=today)
        assert Participant.objects.filter(name="Mia Lund").exists()

    def test_memberships_without_evidence_lose_the_child_too(self, officer, case, bought):
        Membership.objects.update(dues_amount=0)
        self.delete(officer, case)
        assert not Member.objects.filter(name="Mia Lund").exists() and Member.objects.filter(name=ADA.name).exists()
