"""Breaches of security: 72 hours, reasons when late, whom it concerns by what is stored, letters in both languages."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.core.actor import Actor, ActorKind
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.actions.describe_breach import BreachClosed, Description, describe_breach
from conbillet.privacy.actions.name_breach_subjects import name_breach_subjects
from conbillet.privacy.actions.open_breach import CannotOpenBreach, open_breach
from conbillet.privacy.actions.settle_breach import (
    CannotSettle,
    leave_unreported,
    leave_untold,
    report_breach,
    settle_breach,
    start_telling,
)
from conbillet.privacy.concerned import concerned_by
from conbillet.privacy.models import Breach, BreachSubject
from conbillet.privacy.retention.rules import RULES, run_rule
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.workflows import breaches
from conbillet.workflows.breach_report import report_pdf, report_text
from conbillet.workflows.breaches import remind_of_breaches
from tests.cast import make_event, make_person
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, BO, order_of, paid_order, pay_for

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def actor(world) -> Actor:
    return Actor(ActorKind.STAFF, make_person("Signe").pk)


def opened(actor, now, **changes) -> Breach:
    words = {"discovered_at": now, "noticed_by": "en køber", "happened": "En liste lå åben.", "organization": None}
    return open_breach(**{**words, **changes}, actor=actor, now=now)


def described(breach, actor, now, **changes) -> Breach:
    words = {
        "noticed_by": "en køber", "happened": "En liste lå åben.", "data_kinds": "navne", "about_people": 3,
        "consequences": "Uønskede mails.", "measures": "Lukket.", "risk": "high",
        "told_da": "Din adresse kunne ses.", "told_en": "Your address could be seen.",
    }  # fmt: skip
    return describe_breach(breach=breach, description=Description(**{**words, **changes}), actor=actor, now=now)


class TestTime:
    def test_seventy_two_hours_of_the_clock(self, actor, now):
        assert opened(actor, now, discovered_at=now - 5 * HOUR).report_by_at == now + 67 * HOUR

    def test_what_is_missing_is_said(self, actor, now):
        for changes, field in (({"discovered_at": now + HOUR}, "discovered_at"), ({"happened": " "}, "happened")):
            with pytest.raises(CannotOpenBreach) as refusal:
                opened(actor, now, **changes)
            assert refusal.value.field == field
        with pytest.raises(CannotOpenBreach):
            opened(Actor(ActorKind.PERSON, actor.person_id), now)
        assert not Breach.objects.exists()

    def test_within_time_no_reasons_are_asked_for(self, actor, now):
        breach = opened(actor, now)
        at = now + 72 * HOUR
        assert (
            report_breach(breach=breach, reported_at=at, number="1", late_why="", actor=actor, now=at).reported_at == at
        )

    def test_planted_a_minute_too_late_without_reasons_is_refused(self, actor, now):
        breach, at = opened(actor, now), now + 72 * HOUR + timedelta(minutes=1)
        with pytest.raises(CannotSettle) as refusal:
            report_breach(breach=breach, reported_at=at, number="", late_why=" ", actor=actor, now=at)
        assert refusal.value.field == "late_why" and not Breach.objects.get().reported_at
        report_breach(
            breach=breach, reported_at=at, number="", late_why="Vi vidste det først sent.", actor=actor, now=at
        )

    def test_reminders_at_every_stage_once_and_none_when_it_is_reported(self, actor, now, settings):
        breach = opened(actor, now)
        for hours in (0, 0, 10, 23, 25, 47, 49, 65, 67, 71, 73, 100):
            assert remind_of_breaches(now=now + hours * HOUR) == 1
        keys = [one.key.rpartition("/")[2] for one in OutgoingMail.objects.order_by("id")]
        assert keys == ["new", "48", "24", "6", "0"]
        run_jobs()
        letters = [one for one in mail.outbox if one.to == [settings.CONBILLET_OPERATOR["email"]]]
        assert len(letters) == 5 and "liste lå åben" not in "".join(one.body for one in letters)
        report_breach(breach=breach, reported_at=now, number="", late_why="", actor=actor, now=now)
        assert remind_of_breaches(now=now + HOUR) == 0


class TestRecord:
    def test_only_an_unlikely_risk_goes_unreported_and_with_a_reason(self, actor, now):
        breach = opened(actor, now)
        with pytest.raises(CannotSettle):
            leave_unreported(breach=breach, why="Ingen kunne læse det.", actor=actor, now=now)
        described(breach, actor, now, risk="unlikely")
        with pytest.raises(CannotSettle):
            leave_unreported(breach=breach, why="nej", actor=actor, now=now)
        assert leave_unreported(breach=breach, why="Ingen kunne læse det.", actor=actor, now=now).is_settled

    def test_it_closes_only_when_the_law_is_answered(self, actor, now):
        breach = opened(actor, now)
        for risk in ("unknown", "high"):
            described(breach, actor, now, risk=risk)
            with pytest.raises(CannotSettle):
                settle_breach(breach=breach, actor=actor, now=now)
        report_breach(breach=breach, reported_at=now, number="7", late_why="", actor=actor, now=now)
        with pytest.raises(CannotSettle) as refusal:
            settle_breach(breach=breach, actor=actor, now=now)
        assert refusal.value.field == "tell"
        leave_untold(breach=breach, why="Filen var krypteret hele tiden.", actor=actor, now=now)
        assert settle_breach(breach=breach, actor=actor, now=now).closed_at == now
        with pytest.raises(BreachClosed):
            described(breach, actor, now)

    def test_the_report_says_all_that_the_law_wants(self, actor, world, now):
        breach = described(opened(actor, now, organization=world.organization), actor, now)
        text = report_text(breach)
        for word in (
            "En liste lå åben.", "Uønskede mails.", "Lukket.", "navne", "3", world.organization.name, "høj risiko",
            "hej@conbillet.example", "Endnu ikke kendt",
        ):  # fmt: skip
            assert word.lower() in text.lower(), word
        assert report_pdf(breach, now=now)[:5] == b"%PDF-"

    def test_in_english_too(self, actor, now):
        from django.utils.translation import override

        with override("en"):
            assert "What may follow from it" in report_text(opened(actor, now))


class TestPersons:
    @pytest.fixture
    def bought(self, world, now):
        pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)
        return world

    def test_by_association_event_and_address(self, bought, now):
        owner = bought.owner.pk
        everybody = concerned_by(organization=bought.organization)
        assert everybody.emails >= {"ada@example.com", "bo@example.com"} and owner in everybody.persons
        visitors = concerned_by(event=bought.event)
        assert visitors.emails == {"ada@example.com", "bo@example.com"} and owner not in visitors.persons
        assert concerned_by(organization=bought.other).emails == set()
        other = make_event(bought.organization, "andet")
        assert concerned_by(event=other).count == 0
        assert concerned_by(emails=["ADA@example.com "]).emails == {"ada@example.com"}

    def test_who_has_an_account_is_named_once(self, bought, now):
        ada = make_person("Ada", "ada@example.com")
        found = concerned_by(event=bought.event, emails=["ada@example.com"])
        assert found.persons == {ada.pk} and found.emails == {"bo@example.com"}

    def test_every_table_with_people_of_an_association_is_asked(self, bought):
        """The data map says which tables these are: the twin looks at each of them by itself."""
        from conbillet.core.data_map import data_map
        from conbillet.privacy.reach import model_of

        for table in data_map.load().tables.values():
            if not table.subject:
                continue
            model = model_of(table.name)
            if "organization" not in {field.name for field in model._meta.concrete_fields}:
                continue
            way = table.subject.replace(".", "__")
            here = {
                one
                for one in model._default_manager.filter(organization=bought.organization).values_list(way, flat=True)
                if one
            }
            assert here <= concerned_by(organization=bought.organization).persons, table.name

    def test_named_twice_stands_once_and_strangers_are_refused(self, bought, actor, now):
        breach = opened(actor, now)
        name = {"breach": breach, "actor": actor, "now": now}
        assert name_breach_subjects(organization=None, event=bought.event, emails=[], **name) == 2
        assert name_breach_subjects(organization=None, event=bought.event, emails=["bo@example.com"], **name) == 0
        with pytest.raises(CannotSettle) as refusal:
            name_breach_subjects(organization=None, event=None, emails=["nobody@example.com"], **name)
        assert refusal.value.field == "emails"
        with pytest.raises(CannotSettle):
            name_breach_subjects(organization=None, event=None, emails=[], **name)
        assert BreachSubject.objects.count() == 2

    def test_each_gets_one_letter_in_their_language(self, bought, actor, now, monkeypatch):
        monkeypatch.setattr(breaches, "BATCH", 2)
        cara = make_person("Cara", "cara@example.com", language="en")
        Order.objects.update(language="en")
        breach = opened(actor, now)
        emails = ["cara@example.com"]
        name_breach_subjects(breach=breach, organization=None, event=bought.event, emails=emails, actor=actor, now=now)
        with pytest.raises(CannotSettle):
            start_telling(breach=breach, actor=actor, now=now)
        described(breach, actor, now)
        start_telling(breach=breach, actor=actor, now=now)
        start_telling(breach=breach, actor=actor, now=now)
        run_jobs()
        breach.refresh_from_db()
        assert breach.persons_told_at and not breach.subjects.filter(told_at=None).exists()
        letters = {
            one.to[0]: one for one in mail.outbox if "something happened" in one.subject or "der er sket" in one.subject
        }
        assert sorted(letters) == ["ada@example.com", "bo@example.com", "cara@example.com"]
        assert "Your address could be seen." in letters["cara@example.com"].body
        assert "Your address" in letters["ada@example.com"].body and "Din adresse" in letters["bo@example.com"].body
        assert OutgoingMail.objects.filter(kind="breach_told").count() == 3
        assert cara.pk in set(breach.subjects.values_list("subject_id", flat=True))

    def test_whom_it_concerned_is_forgotten_two_years_after_the_record_closed(self, bought, actor, now):
        breach = opened(actor, now)
        name_breach_subjects(breach=breach, organization=None, event=bought.event, emails=[], actor=actor, now=now)
        rule = next(one for one in RULES if one.name == "cases")
        run_rule(rule, now=now + timedelta(days=800))
        assert BreachSubject.objects.count() == 2, "an open record keeps them"
        Breach.objects.update(closed_at=now)
        run_rule(rule, now=now + timedelta(days=729))
        assert BreachSubject.objects.count() == 2
        run_rule(rule, now=now + timedelta(days=800))
        assert not BreachSubject.objects.exists() and Breach.objects.exists()

    def test_somebody_erased_gets_no_letter_and_leaves_no_address(self, bought, actor, now):
        from conbillet.workflows.erasure import erase_by_command

        breach = described(opened(actor, now), actor, now)
        name_breach_subjects(breach=breach, organization=None, event=bought.event, emails=[], actor=actor, now=now)
        erase_by_command(email="ada@example.com", now=now)
        assert not BreachSubject.objects.filter(email="ada@example.com").exists()
        start_telling(breach=breach, actor=actor, now=now)
        run_jobs()
        assert {one.recipient for one in OutgoingMail.objects.filter(kind="breach_told")} == {"bo@example.com"}


class TestPages:
    def test_the_whole_way(self, officer, world, today):
        paid_order(world, today, Wish(world.adult.pk, 1))
        answer = officer.post(
            "/desk/breaches/new/",
            {"discovered_at": "2026-02-28T10:00", "happened": "En liste lå åben.", "noticed_by": "os"},
        )
        page = answer["Location"]
        assert "timer tilbage" in officer.get(page).content.decode()
        assert Breach.objects.get().discovered_at.hour == 9, "typed in Copenhagen's time"
        form = {
            "do": "describe", "happened": "En liste lå åben.", "risk": "high", "told_da": "Hej", "told_en": "Hi", "about_people": "2",
        }  # fmt: skip
        assert officer.post(page, form).status_code == 302
        assert officer.post(page, {"do": "persons", "event": world.event.pk}).status_code == 302
        shown = officer.get(page).content.decode()
        assert "ada@example.com" not in shown and "Skriv til 1 person" in shown
        assert officer.post(page, {"do": "report", "reported_at": "2026-03-01T12:00"}).status_code == 302
        assert officer.post(page, {"do": "tell"}).status_code == 302
        run_jobs()
        assert officer.post(page, {"do": "close"}).status_code == 302
        assert Breach.objects.get().closed_at and "lukket" in officer.get(page).content.decode()
        for form, kind in (("pdf", "application/pdf"), ("txt", "text/plain; charset=utf-8")):
            assert officer.get(f"{page}report.{form}")["Content-Type"] == kind

    def test_late_is_said_and_asks_why(self, officer, actor, today):
        breach = opened(actor, today, discovered_at=today - 80 * HOUR)
        page = f"/desk/breaches/{breach.reference}/"
        assert "De 72 timer er gået" in officer.get(page).content.decode()
        refused = officer.post(page, {"do": "report", "reported_at": "2026-03-01T12:00"})
        assert refused.status_code == 422 and "senere end 72 timer" in refused.content.decode()

    @pytest.mark.parametrize("what", ["unreported", "untold", "persons", "describe", "report", "nonsense", "close", ""])
    def test_nothing_typed_changes_nothing(self, officer, actor, today, what):
        breach = opened(actor, today)
        before = Breach.objects.values().get()
        assert officer.post(f"/desk/breaches/{breach.reference}/", {"do": what}).status_code in {302, 422}
        assert Breach.objects.values().get() == before

    def test_for_officers_only(self, agent, world, actor, today):
        breach = opened(actor, today)
        for path in ("/desk/breaches/", "/desk/breaches/new/", f"/desk/breaches/{breach.reference}/"):
            assert agent.get(path).status_code == 403
            assert log_in(Client(), world.owner).get(path).status_code == 404
            assert Client().get(path).status_code == 302
        assert agent.get(f"/desk/breaches/{breach.reference}/report.pdf").status_code == 403
        assert "/desk/breaches/" not in agent.get("/desk/").content.decode()
