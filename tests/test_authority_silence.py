"""Silence about an authority's request: longer only with a reason and two people, and told to whoever was erased, too."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from conbillet.accounts.models import Account
from conbillet.config.jobs import HANDLERS  # noqa: F401 - the jobs are registered
from conbillet.core import clock
from conbillet.core.actor import SYSTEM, Actor, ActorKind
from conbillet.core.clock import copenhagen_day, day_end
from conbillet.core.keys import SealBroken
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.actions.ask_for_silence import LONGEST, CannotAsk, ask_for_silence
from conbillet.privacy.actions.decide_authority_case import AboutOneself, CannotDecide, NotAnOfficer
from conbillet.privacy.actions.decide_silence import OwnWish, TooLate, decide_silence
from conbillet.privacy.actions.end_authority_case import end_authority_case
from conbillet.privacy.actions.seal_authority_package import seal_authority_package
from conbillet.privacy.authority_contacts import contact_of, forget_told_contacts, kept_contacts
from conbillet.privacy.erasure import erase as erasing
from conbillet.privacy.models import AuthorityCase, AuthoritySilence, AuthoritySubject, Erasure
from conbillet.privacy.reach import guest
from conbillet.privacy.residue.forms import Needles
from conbillet.privacy.residue.sealed import in_sealed
from conbillet.privacy.retention.rules import RULES
from conbillet.workflows.authorities import hand_over, tell_persons
from conbillet.workflows.erasure import erase_myself
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA
from tests.test_authorities import approved, bought, officers, opened  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def until(now):
    return copenhagen_day(now) + timedelta(days=30)


@pytest.fixture
def silent(officers, bought, now, until) -> AuthorityCase:  # noqa: F811 - fixtures
    """Handed over, and the person is not to be told for thirty days."""
    case = approved(officers, now, silence_why="Efterforskningen", silence_until=until)
    hand_over(package=seal_authority_package(case=case, actor=officers[0], now=now), actor=officers[0], now=now)
    case.refresh_from_db()
    return case


def told_to(email: str) -> list:
    run_jobs()
    return [one for one in mail.outbox if one.to == [email] and "§ 804" in one.body]


class TestLonger:
    def ask(self, silent, officers, now, until, why="Sagen er ikke slut", by=1, days=20) -> AuthoritySilence:  # noqa: F811  a fixture's name
        return ask_for_silence(case=silent, why=why, until=until + timedelta(days=days), actor=officers[by], now=now)

    @pytest.mark.proves("disclose.authorities")
    def test_it_takes_a_reason_and_somebody_else(self, silent, officers, now, until):  # noqa: F811  a fixture's name
        wish = self.ask(silent, officers, now, until)
        with pytest.raises(OwnWish):
            decide_silence(silence=wish, agrees=True, actor=officers[1], now=now)
        silent.refresh_from_db()
        assert silent.silence_until == until, "a wish alone changes nothing"
        decide_silence(silence=wish, agrees=True, actor=officers[2], now=now)
        silent.refresh_from_db()
        assert (silent.silence_until, silent.silence_why) == (until + timedelta(days=20), "Sagen er ikke slut")
        assert tell_persons(now=day_end(until)) == 0
        assert tell_persons(now=day_end(until + timedelta(days=20))) == 1 and told_to(ADA.email)

    def test_the_twin_without_a_second_yes_they_are_told_on_the_old_day(self, silent, officers, now, until):  # noqa: F811  a fixture's name
        self.ask(silent, officers, now, until)
        assert tell_persons(now=day_end(until)) == 1 and told_to(ADA.email)

    def test_a_no_leaves_the_old_day_and_another_wish_may_follow(self, silent, officers, now, until):  # noqa: F811  a fixture's name
        wish = self.ask(silent, officers, now, until)
        with pytest.raises(CannotAsk):
            self.ask(silent, officers, now, until, by=2)
        decide_silence(silence=wish, agrees=False, actor=officers[1], now=now)  # one may take one's own wish back
        with pytest.raises(CannotDecide):
            decide_silence(silence=wish, agrees=True, actor=officers[2], now=now)
        silent.refresh_from_db()
        assert silent.silence_until == until and self.ask(silent, officers, now, until, by=2)

    @pytest.mark.parametrize(("why", "days", "field"), [
        (" ", 20, "silence_why"), ("x", 0, "silence_until"), ("x", -29, "silence_until"), ("x", LONGEST.days, "silence_until"),
    ])  # fmt: skip
    def test_what_cannot_be_asked_for(self, silent, officers, now, until, why, days, field):  # noqa: F811  a fixture's name
        with pytest.raises(CannotAsk) as refusal:
            self.ask(silent, officers, now, until, why=why, days=days)
        assert refusal.value.field == field and not AuthoritySilence.objects.exists()

    def test_nobody_whom_it_names_no_agent_and_not_when_it_is_too_late(self, silent, officers, now, until):  # noqa: F811  a fixture's name
        wish = self.ask(silent, officers, now, until)
        AuthoritySubject.objects.create(case=silent, subject_id=officers[2].person_id)
        with pytest.raises(AboutOneself):
            decide_silence(silence=wish, agrees=True, actor=officers[2], now=now)
        agent = Actor(ActorKind.STAFF, make_person("Agent", "agent@conbillet.example").pk, None, "support_agent")
        with pytest.raises(NotAnOfficer):
            decide_silence(silence=wish, agrees=True, actor=agent, now=now)
        with pytest.raises(CannotAsk):
            ask_for_silence(case=silent, why="x", until=until + WEEK, actor=agent, now=now)
        tell_persons(now=day_end(until))
        with pytest.raises(TooLate):
            decide_silence(silence=wish, agrees=True, actor=officers[3], now=day_end(until))
        silent.refresh_from_db()
        with pytest.raises(CannotAsk):
            ask_for_silence(case=silent, why="x", until=until + WEEK, actor=officers[3], now=day_end(until))

    def test_on_the_desk_s_page(self, officers, bought, until):  # noqa: F811  a fixture's name
        now = clock.now()
        last = copenhagen_day(now) + timedelta(days=30)
        case = approved(officers, now, silence_why="Efterforskningen", silence_until=last)
        page = f"/desk/authorities/{case.reference}/"
        asks, agrees = (log_in(Client(), Account.objects.get(person_id=officers[n].person_id).person) for n in (1, 2))
        wrong = asks.post(f"{page}silence/", {"silence_why": "Endnu", "silence_until": "2020-01-01"})
        assert wrong.status_code == 422 and "Endnu" in wrong.content.decode()
        later = last + WEEK
        assert asks.post(f"{page}silence/", {"silence_why": "Endnu", "silence_until": str(later)}).status_code == 302
        wish = AuthoritySilence.objects.get()
        assert 'value="agree"' not in asks.get(page).content.decode()
        assert 'value="agree"' in agrees.get(page).content.decode()
        asks.post(f"{page}silence/{wish.pk}/", {"do": "agree"})
        assert AuthorityCase.objects.get().silence_until == last
        agrees.post(f"{page}silence/{wish.pk}/", {"do": "agree"})
        assert AuthorityCase.objects.get().silence_until == later


class TestErased:
    @pytest.fixture
    def ada(self, now, bought):  # noqa: F811  a fixture's name
        return make_person(ADA.name, ADA.email)

    @pytest.fixture
    def silent(self, ada, officers, bought, now, until) -> AuthorityCase:  # noqa: F811  a fixture's name
        case = approved(officers, now, silence_why="Efterforskningen", silence_until=until)
        assert AuthoritySubject.objects.get().subject_id == ada.pk
        hand_over(package=seal_authority_package(case=case, actor=officers[0], now=now), actor=officers[0], now=now)
        return case

    @pytest.mark.proves("disclose.authorities", "right.deletion")
    def test_they_are_told_when_the_time_comes_and_the_address_is_destroyed(self, ada, silent, now, until):
        erase_myself(person=ada, void_tickets=False, now=now)
        run_jobs()
        assert not Account.objects.filter(email=ADA.email).exists() and kept_contacts().count() == 1
        assert tell_persons(now=day_end(until) - timedelta(seconds=1)) == 0 and told_to(ADA.email) == []
        assert tell_persons(now=day_end(until)) == 1
        assert len(told_to(ADA.email)) == 1 and not kept_contacts().exists()

    def test_planted_an_erasure_that_keeps_nothing_leaves_them_in_the_dark(self, ada, silent, now, until, monkeypatch):
        monkeypatch.setattr(erasing, "keep_contacts", lambda subject: 0)
        erase_myself(person=ada, void_tickets=False, now=now)
        tell_persons(now=day_end(until))
        assert told_to(ADA.email) == []

    def test_nobody_reads_it_from_the_database_and_the_search_finds_it_until_then(self, ada, silent, now, until):
        erase_myself(person=ada, void_tickets=False, now=now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM privacy_authoritysubject t")
            text = str(cursor.fetchall())
        assert ADA.email.encode().hex() not in text and ADA.email not in text
        found = {hit.place for hit in in_sealed(Needles([ADA.email])) if hit.place.startswith("privacy_authoritys")}
        assert found == {"privacy_authoritysubject.sealed_contact"}
        tell_persons(now=day_end(until))
        assert not [hit for hit in in_sealed(Needles([ADA.email])) if hit.place.startswith("privacy_authoritys")]

    def test_it_opens_in_its_own_row_only(self, ada, silent, now):
        erase_myself(person=ada, void_tickets=False, now=now)
        named = kept_contacts().get()
        assert contact_of(named).email == ADA.email
        other = AuthoritySubject.objects.create(case=silent, email="x@example.com", sealed_contact=named.sealed_contact)
        with pytest.raises(SealBroken):
            contact_of(other)

    def test_the_receipt_says_the_same_with_a_secret_case_and_without(self, ada, silent, officers, now):  # noqa: F811  a fixture's name
        """Two people of whom we hold the same; only one is named. Their receipts differ in nothing but the number."""

        def receipt_of(person) -> tuple[list, str]:
            erasure = erase_myself(person=person, void_tickets=False, now=now)
            names = ("organization", "table", "category", "outcome", "count", "law", "until")
            page = Client().get(f"/my/erased/{erasure.reference}/{erasure.access_key}/").content.decode()
            page = re.sub(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2,}", "", page.replace(erasure.reference, "").replace(erasure.access_key, ""))
            return sorted(erasure.lines.values_list(*names), key=str), re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page)

        named, other = make_person("Nina", "nina@example.com"), make_person("Otto", "otto@example.com")
        AuthoritySubject.objects.create(case=silent, subject_id=named.pk)
        (lines, page), (others_lines, others_page) = receipt_of(named), receipt_of(other)
        assert lines == others_lines and page == others_page and "forseglet adresse" in page
        assert not Erasure.objects.filter(lines__table__startswith="privacy_authority").exists()

    def test_a_guest_s_address_leaves_its_column_and_is_told_too(self, officers, bought, now, until):  # noqa: F811  a fixture's name
        case = approved(officers, now, silence_why="Efterforskningen", silence_until=until)
        hand_over(package=seal_authority_package(case=case, actor=officers[0], now=now), actor=officers[0], now=now)
        erasing.erase(subject=guest(ADA.email), via="contact", void_tickets=False, tell=None, actor=SYSTEM, now=now)
        named = AuthoritySubject.objects.get()
        assert named.email == "" and contact_of(named).email == ADA.email
        tell_persons(now=day_end(until))
        assert len(told_to(ADA.email)) == 1 and not kept_contacts().exists()

    def test_what_ends_without_a_hand_over_keeps_no_address(self, ada, officers, now):  # noqa: F811  a fixture's name
        case = opened(officers, now)
        erase_myself(person=ada, void_tickets=False, now=now)
        assert kept_contacts().count() == 1
        end_authority_case(case=case, actor=officers[0], now=now)
        assert not kept_contacts().exists()

    def test_the_net_below_takes_what_was_told_and_leaves_the_rest(self, ada, silent, now):
        erase_myself(person=ada, void_tickets=False, now=now)
        assert forget_told_contacts(now=now) == 0 and kept_contacts().exists()
        AuthorityCase.objects.update(told_at=now)
        assert forget_told_contacts(now=now) == 1 and not kept_contacts().exists()

    def test_a_silence_longer_than_two_years_is_still_told(self, ada, silent, now):
        """Dates of long ago: what may be forgotten is what is two years old by the database's own clock."""
        erase_myself(person=ada, void_tickets=False, now=now)
        AuthorityCase.objects.update(closed_at=datetime(2020, 1, 1, tzinfo=UTC), silence_until=date(2022, 6, 1))
        cases = next(rule for rule in RULES if rule.name == "cases")
        cases.forget(datetime(2022, 5, 1, tzinfo=UTC))
        assert tell_persons(now=day_end(date(2022, 6, 1))) == 1
        assert OutgoingMail.objects.filter(recipient=ADA.email, kind="authority_told").exists()
        cases.forget(datetime(2022, 6, 3, tzinfo=UTC))
        assert not AuthorityCase.objects.exists(), "the twin: once told, its two years count, approvals and all"
