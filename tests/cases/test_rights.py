"""What the law gives people: deadlines, more time, refusals; and nothing happens before it is shown who asks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.accounts.codes import CodeExpired, WrongCode, code_for
from conbillet.accounts.models import Account
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import copenhagen_day
from conbillet.privacy.models import Erasure, Guardianship
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.support.actions.extend_case import CannotExtend, NoReason, TooLateToExtend, extend_case
from conbillet.support.actions.show_identity import CannotVouch, vouch_for
from conbillet.support.actions.sort_case import sort_case
from conbillet.support.models import RIGHTS, Case, CaseNote
from conbillet.workflows.case_answers import DRAFTS, draft, drafts_for
from conbillet.workflows.case_identity import ask_for_code, prove_by_code
from conbillet.workflows.cases import answer_by_mail, extend_by_mail, remind_of_cases
from tests.cases.conftest import a_case
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db

STAFF = Actor(ActorKind.STAFF, None)
AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def sent_to(address: str) -> list:
    return [one for one in mail.outbox if one.to == [address]]


class TestDeadlines:
    @pytest.mark.proves("right.insight", "right.deletion")
    @pytest.mark.parametrize("kind", sorted(RIGHTS))
    def test_every_right_has_a_month(self, kind):
        assert a_case(AT, kind).due_on == date(2026, 2, 28)

    @pytest.mark.parametrize(
        ("received", "due"),
        [
            (AT, date(2026, 4, 30)),
            (datetime(2026, 11, 30, 12, tzinfo=UTC), date(2027, 2, 28)),
            (datetime(2026, 12, 31, 12, tzinfo=UTC), date(2027, 3, 31)),
        ],
    )
    def test_two_months_more_and_the_person_is_told_why(self, received, due):
        case = a_case(received)
        extend_by_mail(case=case, reason="Der er mange ordrer at gennemgå.", actor=STAFF, now=received)
        case.refresh_from_db()
        assert case.due_on == due and case.extended_at == received and case.state == "open"
        run_jobs()
        told = sent_to("ada@example.com")[-1]
        assert "mere tid" in told.subject and "mange ordrer" in told.body and "Datatilsynet" in told.body
        assert f"{due.day}. " in told.body

    def test_only_within_the_first_month_once_and_with_a_reason(self):
        case = a_case(AT)
        with pytest.raises(TooLateToExtend):
            extend_case(case=case, reason="Der er mange ordrer.", actor=STAFF, now=datetime(2026, 3, 1, 1, tzinfo=UTC))
        with pytest.raises(NoReason):
            extend_case(case=case, reason="fordi", actor=STAFF, now=AT)
        last_hour = datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
        extend_case(case=case, reason="Der er mange ordrer.", actor=STAFF, now=last_hour)
        with pytest.raises(CannotExtend):
            extend_case(case=case, reason="Der er mange ordrer.", actor=STAFF, now=last_hour)
        with pytest.raises(CannotExtend):
            extend_case(case=a_case(AT, "other"), reason="Der er mange ordrer.", actor=STAFF, now=AT)

    def test_planted_a_deadline_from_the_day_of_extension_would_be_longer(self):
        """The absolute limit is three months from receipt, whenever more time is taken."""
        late = datetime(2026, 2, 27, 12, tzinfo=UTC)
        case = a_case(AT)
        extend_case(case=case, reason="Der er mange ordrer.", actor=STAFF, now=late)
        case.refresh_from_db()
        assert case.due_on == date(2026, 4, 30) < date(2026, 5, 27)

    def test_sorting_anew_gives_the_deadline_of_the_day_it_came(self):
        case = a_case(AT, "other")
        assert case.due_on == date(2026, 2, 7)
        case = sort_case(case=case, kind="insight", actor=STAFF, now=AT + timedelta(days=5))
        assert case.due_on == date(2026, 2, 28)
        extend_case(case=case, reason="Der er mange ordrer.", actor=STAFF, now=AT)
        assert sort_case(case=case, kind="deletion", actor=STAFF, now=AT).due_on == date(2026, 4, 30)

    def test_the_desk_is_reminded_once_a_day_until_it_has_answered(self, settings):
        case, other = a_case(AT), a_case(AT, "other")
        desk, day = settings.CONBILLET_OPERATOR["email"], timedelta(days=1)
        run_jobs()
        mail.outbox.clear()
        assert not remind_of_cases(now=AT + 5 * day)
        assert remind_of_cases(now=AT + 6 * day), "the question, a day before its week is over"
        for again in (7, 21, 21, 29):
            assert remind_of_cases(now=AT + again * day)
        run_jobs()
        letters = sent_to(desk)
        assert len(letters) == 4 and "ada@" not in "".join(one.body for one in letters) and "Ada" not in letters[0].body
        assert case.number in letters[-1].body and "2 for længe" in letters[-1].subject
        for one in (case, other):
            answer_by_mail(case=one, text="Svar", actor=STAFF, now=AT)
        assert not remind_of_cases(now=AT + 40 * day)


class TestWhoAsks:
    def page(self, case) -> str:
        return f"/help/case/{case.reference}/{case.access_key}/"

    @pytest.mark.proves("right.insight", "right.deletion")
    def test_a_code_to_the_address_shows_it_without_an_account(self, client, today):
        case = a_case(today)
        run_jobs()
        assert self.page(case) in sent_to("ada@example.com")[0].body
        page = client.get(self.page(case))
        assert page.status_code == 200 and "no-store" in page["Cache-Control"] and page.cookies == {}
        assert "Slet mig" not in page.content.decode(), "what was written is not for whoever finds the link"
        answer = client.post(self.page(case), {"do": "send", "email": "Ada@Example.com"})
        assert "ada@example.com" in answer.content.decode() and answer.cookies == {}
        run_jobs()
        case.refresh_from_db()
        code = code_for(case.code_reference, "ada@example.com")
        assert code in sent_to("ada@example.com")[-1].body
        typed = {"do": "code", "email": "ada@example.com", "code": code}
        assert client.post(self.page(case), typed).status_code == 303
        case.refresh_from_db()
        assert case.is_proven and case.identity == "code" and case.contact_email == ""
        assert "Vi ved, at det er dig" in client.get(self.page(case)).content.decode()

    def test_the_data_may_be_under_another_address(self, now):
        case = a_case(now, email="ny@example.com")
        ask_for_code(case=case, email="gammel@example.com", network="x", now=now)
        case.refresh_from_db()
        code = code_for(case.code_reference, "gammel@example.com")
        case = prove_by_code(case=case, email="Gammel@example.com", typed=code, for_child=False, now=now)
        assert (case.email, case.contact_email, case.answer_to) == (
            "gammel@example.com", "ny@example.com", "ny@example.com",
        )  # fmt: skip

    def test_planted_a_code_of_ones_own_address_proves_no_other(self, now):
        """Send the code to yourself, then claim the victim's address: the code is made of the address too."""
        case = a_case(now, email="eve@example.com")
        ask_for_code(case=case, email="eve@example.com", network="x", now=now)
        case.refresh_from_db()
        mine = code_for(case.code_reference, "eve@example.com")
        with pytest.raises(WrongCode):
            prove_by_code(case=case, email="ada@example.com", typed=mine, for_child=False, now=now)
        case.refresh_from_db()
        assert case.email == "eve@example.com" and not case.identity

    def test_a_code_is_good_once_for_ten_minutes_and_five_guesses(self, now):
        case = a_case(now)
        with pytest.raises(CodeExpired):
            prove_by_code(case=case, email="ada@example.com", typed="000000", for_child=False, now=now)
        ask_for_code(case=case, email="ada@example.com", network="x", now=now)
        case.refresh_from_db()
        code = code_for(case.code_reference, "ada@example.com")
        late = now + timedelta(minutes=11)
        with pytest.raises(CodeExpired):
            prove_by_code(case=case, email="ada@example.com", typed=code, for_child=False, now=late)
        wrong = "111111" if code != "111111" else "222222"
        for _ in range(5):
            with pytest.raises((WrongCode, CodeExpired)):
                prove_by_code(case=case, email="ada@example.com", typed=wrong, for_child=False, now=now)
        with pytest.raises(CodeExpired):
            prove_by_code(case=case, email="ada@example.com", typed=code, for_child=False, now=now)
        assert not Case.objects.get().identity

    @pytest.mark.parametrize("key", ["x", "0" * 24])
    def test_without_the_link_there_is_no_page(self, client, now, key):
        case = a_case(now)
        assert client.get(f"/help/case/{case.reference}/{key}/").status_code == 404
        Case.objects.update(access_key="")
        assert client.get(f"/help/case/{case.reference}/{key}/").status_code == 404

    def test_nobody_learns_who_is_known(self, client, world, today):
        paid_order(world, today, Wish(world.adult.pk, 1))
        pages = []
        for number, address in enumerate(("ada@example.com", "bob@example.com")):
            case = a_case(today, email=f"x{number}@example.com")
            text = client.post(self.page(case), {"do": "send", "email": address}).content.decode()
            pages.append(text.replace(address, "").replace(case.number, "").replace(self.page(case), ""))
        assert pages[0] == pages[1]

    def test_a_guardian_s_code_alone_is_not_enough(self, now):
        case = a_case(now)
        ask_for_code(case=case, email="ada@example.com", network="x", now=now)
        case.refresh_from_db()
        code = code_for(case.code_reference, "ada@example.com")
        case = prove_by_code(case=case, email="ada@example.com", typed=code, for_child=True, now=now)
        assert case.identity == "code" and not case.is_proven


class TestOurOwnCheck:
    HOW = "Nævnte to ordrenumre og hvad der stod på dem."

    def test_an_officer_writes_down_what_was_looked_at(self, officer, today):
        case = a_case(today, email="ny@example.com")
        path = f"/desk/cases/{case.reference}/identity/"
        answer = officer.post(path, {"email": "gammel@example.com", "how": self.HOW})
        assert answer.status_code == 302
        case.refresh_from_db()
        assert case.is_proven and case.identity_by == officer.person and case.answer_to == "ny@example.com"
        assert self.HOW in officer.get(f"/desk/cases/{case.reference}/").content.decode()

    def test_agents_cannot_vouch(self, agent, today):
        case = a_case(today)
        assert (
            agent.post(f"/desk/cases/{case.reference}/identity/", {"email": "a@b.dk", "how": self.HOW}).status_code
            == 403
        )
        assert not Case.objects.get().identity

    def test_a_guardian_of_a_child_under_fifteen(self, officer, today):
        guardian, child = make_person("Mor", "mor@example.com"), make_person("Barn", "barn@example.com")
        case = a_case(today, email="mor@example.com")
        path = f"/desk/cases/{case.reference}/identity/"
        form = {"email": "barn@example.com", "how": self.HOW, "for_child": "on"}
        for born, says in (("", "født"), ("2011-03-01", "femten"), ("2030-01-01", "")):
            refused = officer.post(path, {**form, "child_born": born})
            assert refused.status_code == 422 and says in refused.content.decode()
        assert not Case.objects.get().identity
        assert officer.post(path, {**form, "child_born": "2011-03-02"}).status_code == 302, "fifteen tomorrow"
        found = Guardianship.objects.get()
        assert (found.guardian, found.child, found.basis) == (guardian, child, "case")
        case.refresh_from_db()
        assert case.is_proven and "2011" not in case.identity_how

    @pytest.mark.parametrize(("how", "email"), [("set pas", "a@b.dk"), ("", "a@b.dk"), (HOW, "")])
    def test_thin_reasons_are_refused(self, now, how, email):
        staff = Actor(ActorKind.STAFF, make_person("S").pk)
        with pytest.raises(CannotVouch):
            vouch_for(case=a_case(now), email=email, how=how, for_child=False, child_born=None, actor=staff, now=now)
        with pytest.raises(CannotVouch):
            vouch_for(
                case=a_case(now), email="a@b.dk", how=self.HOW, for_child=False, child_born=None, actor=STAFF, now=now
            )


class TestDeleting:
    @pytest.fixture
    def proven(self, world, today) -> Case:
        paid_order(world, today, Wish(world.adult.pk, 1))
        case = a_case(today)
        Case.objects.update(identity="code", identity_at=today)
        return case

    @pytest.mark.proves("right.deletion")
    def test_the_desk_deletes_a_guest_after_the_case(self, agent, proven, today):
        path = f"/desk/cases/{proven.reference}/deletion/"
        page = agent.get(path).content.decode()
        assert "ada@example.com" in page and "Ordrer" in page and "senest" in page
        assert agent.post(path, {"tickets": "keep"}).status_code == 422 and not Erasure.objects.exists()
        assert agent.post(path, {"tickets": "keep", "sure": "on"})["Location"] == "/desk/"
        erasure = Erasure.objects.get()
        assert erasure.via == "case"
        proven.refresh_from_db()
        assert (proven.state, proven.outcome) == ("closed", "done")
        assert proven.name == proven.email == proven.text == ""
        run_jobs()
        (receipt,) = [one for one in sent_to("ada@example.com") if "slettet" in one.subject]
        assert erasure.access_key in receipt.body
        assert not Order.objects.filter(buyer_email="ada@example.com").exists()

    @pytest.mark.parametrize("change", [{"identity": ""}, {"for_child": True}, {"kind": "other"}, {"kind": "insight"}])
    def test_planted_without_proof_nothing_is_deleted(self, agent, proven, change):
        path = f"/desk/cases/{proven.reference}/deletion/"
        assert agent.get(path).status_code == 200, "the twin: with proof the page is there"
        Case.objects.update(**change)
        assert agent.get(path).status_code == 404
        assert agent.post(path, {"tickets": "keep", "sure": "on"}).status_code == 404
        assert not Erasure.objects.exists() and Order.objects.filter(buyer_email="ada@example.com").exists()

    def test_who_signed_in_a_while_ago_is_asked_again(self, agent, proven):
        session = agent.session
        for record in session["account_authentication_methods"]:
            record["at"] -= 3600
        session.save()
        answer = agent.post(f"/desk/cases/{proven.reference}/deletion/", {"sure": "on", "tickets": "keep"})
        assert answer.status_code == 302 and "confirm" in answer["Location"] and not Erasure.objects.exists()

    def test_who_wrote_from_another_address_gets_the_receipt_there_and_is_forgotten(self, agent, proven, today):
        Case.objects.update(contact_email="ny@example.com", identity="staff")
        agent.post(f"/desk/cases/{proven.reference}/deletion/", {"tickets": "void", "sure": "on"})
        run_jobs()
        assert [one for one in sent_to("ny@example.com") if "slettet" in one.subject]
        proven.refresh_from_db()
        assert proven.contact_email == ""

    def test_an_owner_alone_is_refused_in_words(self, agent, world, today):
        email = Account.objects.get(person=world.owner).email
        case = a_case(today, email=email)
        Case.objects.update(identity="code")
        answer = agent.post(f"/desk/cases/{case.reference}/deletion/", {"sure": "on"})
        assert answer.status_code == 422 and world.organization.name in answer.content.decode()
        case.refresh_from_db()
        assert case.state == "open"

    def test_erasing_who_wrote_leaves_nothing_in_a_case_about_somebody_else(self, now):
        from conbillet.workflows.erasure import erase_by_command

        case = a_case(now, email="barn@example.com")
        Case.objects.update(contact_email="Mor@example.com", name="Mor Lund")
        erase_by_command(email="mor@example.com", now=now)
        case.refresh_from_db()
        assert (case.contact_email, case.name, case.email) == ("", "", "barn@example.com")


class TestAnswers:
    @pytest.mark.parametrize("language", ["da", "en"])
    @pytest.mark.parametrize("name", sorted(DRAFTS))
    def test_every_draft_is_there_in_both_languages(self, now, name, language):
        case = a_case(now, language=language)
        text = draft(name, case=case, now=now)
        assert len(text) > 15 and "%(" not in text
        assert ("Tak" in text or "Vi " in text) if language == "da" else ("Thank" in text or "We " in text)

    @pytest.mark.proves("right.insight")
    def test_an_answer_about_insight_says_what_the_law_wants(self, now):
        text = draft("insight", case=a_case(now, "insight"), now=now)
        for word in (
            "retsgrundlag",
            "hvem der har fået",
            "hvor længe",
            "kommer fra",
            "slået",
            "automatiske",
            "EU",
            "klage",
        ):
            assert word in text, word

    def test_a_refusal_says_where_to_complain(self, agent, today):
        case = a_case(today)
        page = agent.get(f"/desk/cases/{case.reference}/?draft=no_proof").content.decode()
        assert "art. 12, stk. 6" in page
        agent.post(f"/desk/cases/{case.reference}/", {"do": "refuse", "text": "Vi ved ikke, hvem du er."})
        case.refresh_from_db()
        assert (case.state, case.outcome) == ("answered", "refused")
        run_jobs()
        told = sent_to("ada@example.com")[-1]
        assert "Datatilsynet" in told.body and "domstolene" in told.body and "ved ikke, hvem du er" in told.body

    def test_the_fitting_draft_comes_first(self, now):
        assert [name for name, _label in drafts_for(a_case(now, "insight"))] == ["insight", "nothing", "no_proof"]
        assert [name for name, _label in drafts_for(a_case(now, "refund"))] == ["question"]


class TestDesk:
    def test_more_time_and_sorting_on_the_page(self, agent, today):
        case = a_case(today)
        path = f"/desk/cases/{case.reference}/"
        assert agent.post(f"{path}more-time/", {"reason": "nej"}).status_code == 422
        assert agent.post(f"{path}more-time/", {"reason": "Der er mange ordrer."}).status_code == 302
        assert CaseNote.objects.get().kind == "extension" and "forlænget" in agent.get(path).content.decode()
        assert agent.post(f"{path}sort/", {"kind": "insight"}).status_code == 302
        assert agent.post(f"{path}sort/", {"kind": "nonsense"}).status_code == 302
        assert Case.objects.get().kind == "insight"
        assert agent.post(f"{path}prove/").status_code == 302
        run_jobs()
        assert "Vis os, at det er dig" in sent_to("ada@example.com")[-1].subject

    @pytest.mark.parametrize("what", ["sort", "prove", "identity", "more-time", "deletion"])
    def test_for_staff_with_a_second_factor_only(self, what, world, agent, today):
        from tests.login import log_in

        case = a_case(today)
        path = f"/desk/cases/{case.reference}/{what}/"
        for who in ("owner", "stranger", "buyer"):
            assert log_in(Client(), getattr(world, who)).post(path).status_code == 404
        assert Client().post(path).status_code == 302
        single = log_in(Client(), agent.person, second_factor=False)
        assert single.post(path)["Location"].startswith("/accounts/"), "the second factor has to be used, too"
        Case.objects.update(state="closed", closed_at=today)
        assert agent.post(path).status_code in {403, 404}

    def test_overdue_is_shown(self, agent, now):
        a_case(now - timedelta(days=60))
        assert "For sent" in agent.get("/desk/").content.decode()
        assert copenhagen_day(now) > Case.objects.get().due_on
