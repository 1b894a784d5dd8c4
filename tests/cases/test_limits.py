"""Restriction and objection: what the product does then, at every door that they close."""

from datetime import timedelta

import pytest
from django.core import mail

from conbillet.accounts.models import Person
from conbillet.consents.ledger import has_consented
from conbillet.consents.models import MarketingConsent
from conbillet.core import clock
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.data_map import IMPROVE, PURCHASES, SERVICES
from conbillet.core.people import Held
from conbillet.mail.letter import Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.actions.disclose_to_organization import disclose_to_organization
from conbillet.privacy.actions.set_limit import CannotLimit, NothingToObjectTo, set_limit
from conbillet.privacy.limits import held_people, is_closed, may_send_news
from conbillet.privacy.models import Disclosure, Limit
from conbillet.privacy.retention.rules import RULES, run_rule
from conbillet.privacy.retention.unused import unused
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.forget_books import forget_books
from conbillet.sales.models import Order
from conbillet.support.models import Case
from conbillet.workflows.limits import lift_after_case, limit_after_case
from conbillet.workflows.notifications import letters
from tests.cases.conftest import a_case
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.purchases import ADA, BO, order_of, pay_for

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def staff(world) -> Actor:
    return Actor(ActorKind.STAFF, make_person("Signe").pk)


def proven(now, kind="restriction", email="ada@example.com") -> Case:
    case = a_case(now, kind, email)
    Case.objects.filter(pk=case.pk).update(identity="code", identity_at=now)
    case.refresh_from_db()
    return case


def limited(staff, now, *, email="ada@example.com", kind="restriction", purpose="") -> Limit:
    return limit_after_case(case=proven(now, kind, email), kind=kind, purpose=purpose, actor=staff, now=now)


def yes_to_news(email: str, now, organization=None) -> None:
    MarketingConsent.objects.create(
        reference=f"R{MarketingConsent.objects.count():015}", email=email, organization=organization, purpose="newsletter",
        event="given", method="account", text_version="x", text_hash="x", at=now,
    )  # fmt: skip


def handed_over(world, now) -> set[str]:
    found = disclose_to_organization(
        organization=world.organization, event=world.event, purpose=Disclosure.Purpose.EXPORT, form="csv",
        actor=world.actor(world.owner), now=now,
    )  # fmt: skip
    return {str(value) for portion in found.rows for row in portion for value in row}


class TestSetting:
    def test_only_when_it_was_shown_who_asks_and_by_staff(self, world, staff, now):
        case = a_case(now, "restriction")
        with pytest.raises(CannotLimit):
            set_limit(case=case, kind="restriction", purpose="", actor=staff, now=now)
        with pytest.raises(CannotLimit):
            set_limit(case=proven(now), kind="restriction", purpose="", actor=world.actor(world.owner), now=now)
        assert not Limit.objects.exists()

    @pytest.mark.parametrize("purpose", ["", PURCHASES, "use.identify", "nonsense"])
    def test_what_rests_on_a_contract_cannot_be_objected_to(self, staff, now, purpose):
        with pytest.raises(NothingToObjectTo):
            set_limit(case=proven(now), kind="objection", purpose=purpose, actor=staff, now=now)

    def test_with_an_account_it_is_the_person_s_without_it_is_the_address_s(self, staff, now):
        ada = make_person("Ada", "ada@example.com")
        assert (limited(staff, now).person, limited(staff, now).email) == (ada, "")
        guest = limited(staff, now, email="bo@example.com")
        assert (guest.person, guest.email) == (None, "bo@example.com")
        assert Limit.objects.count() == 2, "the same twice is one"


class TestAssociations:
    @pytest.fixture
    def bought(self, world, now):
        pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)
        return world

    @pytest.mark.proves("disclose.organization")
    def test_a_guest_whose_data_is_limited_is_not_handed_over(self, bought, staff, now):
        before = handed_over(bought, now)
        assert {ADA.name, BO.name, ADA.email} <= before, "the twin: without the limit they are"
        limited(staff, now - DAY)
        after = handed_over(bought, now)
        assert ADA.name not in after and ADA.email not in after and BO.name in after

    def test_what_a_person_bought_as_a_guest_counts_too(self, bought, staff, now):
        make_person("Ada", "ada@example.com")
        limited(staff, now - DAY)
        assert Order.objects.get().buyer is None and ADA.email not in handed_over(bought, now)

    def test_from_the_day_it_ends_it_is_handed_over_again(self, bought, staff, now):
        limit = limited(staff, now - 9 * DAY)
        Limit.objects.filter(pk=limit.pk).update(until_at=now - DAY)
        assert ADA.email in handed_over(bought, now)


class TestRetention:
    @pytest.fixture
    def old(self, world, now):
        pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(ADA,)), now)
        return now + 8 * 366 * DAY

    def test_books_keep_what_is_limited(self, world, staff, old, now):
        limited(staff, now)
        rule = next(one for one in RULES if one.name == "accounting")
        run_rule(rule, now=old)
        assert Order.objects.get().buyer_email == "ada@example.com" and Order.objects.get().participants.get().name
        Limit.objects.update(until_at=now + DAY)
        run_rule(rule, now=old)
        assert Order.objects.get().buyer_email == "" and Order.objects.get().participants.get().name == ""

    def test_planted_a_rule_that_forgets_to_ask_takes_it(self, staff, old, now):
        limited(staff, now)
        forget_books(now=old)
        assert Order.objects.get().buyer_email == ""

    def test_accounts_that_nobody_uses_stay(self, world, staff, now):
        far, ada = now + 4 * 366 * DAY, make_person("Ada", "ada@example.com")
        assert ada.account in unused(months=36, now=far)
        limited(staff, now)
        assert ada.account not in unused(months=36, now=far)

    def test_members_and_cases(self, world, staff, now):
        from conbillet.memberships.models import Member

        limited(staff, now)
        held = held_people(now=now)
        assert held == Held(frozenset(), frozenset({"ada@example.com"}))
        Case.objects.update(state="closed", closed_at=now)
        run_rule(next(one for one in RULES if one.name == "cases"), now=now + 800 * DAY)
        assert Case.objects.filter(email="ada@example.com").exists()
        assert not Member.objects.filter(held.rows("person", "email")).exists()


class TestNews:
    def test_a_restriction_holds_news_back_and_keeps_the_yes(self, staff, now):
        yes_to_news("ada@example.com", now)
        assert may_send_news(email="Ada@example.com", organization_id=None, now=now)
        limit = limited(staff, now)
        assert not may_send_news(email="ada@example.com", organization_id=None, now=now)
        Limit.objects.filter(pk=limit.pk).update(until_at=now)
        assert may_send_news(email="ada@example.com", organization_id=None, now=now)

    def test_an_objection_takes_every_yes_back_for_good(self, world, staff, now):
        for sender in (None, world.organization):
            yes_to_news("ada@example.com", now, sender)
        yes_to_news("bo@example.com", now)
        limited(staff, now, kind="objection", purpose=SERVICES)
        assert not has_consented(email="ada@example.com", organization_id=None)
        assert not has_consented(email="ada@example.com", organization_id=world.organization.pk)
        assert has_consented(email="bo@example.com", organization_id=None)

    @pytest.mark.parametrize(("limits", "sent"), [(False, True), (True, False)])
    def test_it_is_asked_again_when_the_mail_is_written(self, staff, now, limits, sent, monkeypatch):
        yes_to_news("ada@example.com", now)
        if limits:
            limited(staff, now)
        monkeypatch.setattr(clock, "now", lambda: now)
        monkeypatch.setitem(letters._WRITERS, "newsletter", lambda _mail: Letter(subject="Nyt", greeting="Hej"))
        news = OutgoingMail(kind="newsletter", recipient="ada@example.com", language="da", created_at=now)
        assert bool(letters.write(news)) is sent

    def test_an_objection_closes_its_own_purpose_only(self, staff, now):
        limited(staff, now, kind="objection", purpose=IMPROVE)
        ask = {"person_id": None, "email": "ada@example.com", "now": now}
        assert is_closed(purpose=IMPROVE, **ask) and not is_closed(purpose=SERVICES, **ask)
        assert held_people(now=now) == Held()


class TestEnd:
    def test_the_person_hears_of_it_three_days_before(self, staff, now):
        limit = limited(staff, now)
        lifted = lift_after_case(limit=limit, actor=staff, now=now)
        lift_after_case(limit=limit, actor=staff, now=now + DAY)
        assert lifted.until_at >= now + 3 * DAY and Limit.objects.get().until_at == lifted.until_at
        assert held_people(now=now + 3 * DAY) != Held() and held_people(now=now + 5 * DAY) == Held()
        run_jobs()
        (told,) = [one for one in mail.outbox if "slutter" in one.subject]
        assert told.to == ["ada@example.com"] and "Datatilsynet" in told.body

    def test_who_is_deleted_has_no_limit_left(self, staff, now):
        from conbillet.workflows.erasure import erase_by_command

        make_person("Ada", "ada@example.com")
        limited(staff, now)
        limited(staff, now, email="bo@example.com")
        erase_by_command(email="ada@example.com", now=now)
        erase_by_command(email="bo@example.com", now=now)
        assert not Limit.objects.exists() and not Person.objects.filter(name="Ada").exists()


class TestPages:
    def test_the_whole_way(self, agent, today):
        case = proven(today)
        path = f"/desk/cases/{case.reference}/"
        assert f"{path}limit/" in agent.get(path).content.decode()
        assert agent.post(f"{path}limit/", {"what": ""}).status_code == 422
        assert agent.post(f"{path}limit/", {"what": "objection:use.purchases"}).status_code == 422
        assert agent.post(f"{path}limit/", {"what": "restriction"}).status_code == 302
        limit = Limit.objects.get()
        assert "Ophæv den om tre dage" in agent.get(path).content.decode()
        Case.objects.update(state="closed", closed_at=today)
        assert agent.post(f"{path}limit/{limit.pk}/lift/").status_code == 302
        assert Limit.objects.get().until_at and "slutter" in agent.get(path).content.decode()

    def test_planted_without_proof_or_of_another_case_there_is_nothing(self, agent, staff, today):
        case, limit = a_case(today, "restriction", "bo@example.com"), limited(staff, today)
        assert agent.post(f"/desk/cases/{case.reference}/limit/", {"what": "restriction"}).status_code == 404
        assert agent.post(f"/desk/cases/{case.reference}/limit/{limit.pk}/lift/").status_code == 404
        assert Limit.objects.get().until_at is None
