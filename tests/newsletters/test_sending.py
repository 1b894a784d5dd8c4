"""From the button to the last mail: who gets it, once, and who no longer does."""

import random
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.models import MarketingConsent
from conbillet.core.actor import SYSTEM
from conbillet.core.data_map import SERVICES
from conbillet.newsletters import claiming
from conbillet.newsletters.actions.forget_recipients import forget_recipients
from conbillet.newsletters.actions.send_portion import send_portion
from conbillet.newsletters.actions.start_issue import CannotSend
from conbillet.newsletters.actions.steer_issue import CannotSteer, steer_issue
from conbillet.newsletters.actions.write_issue import CannotWrite, Words, write_issue
from conbillet.newsletters.audience import count_audience
from conbillet.newsletters.claiming import Closed
from conbillet.newsletters.models import FailingAddress, Issue, Recipient
from conbillet.newsletters.queries import progress_of
from conbillet.privacy.models import Limit
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.workflows import newsletters
from tests.cast import make_person
from tests.jobs import announced, run_jobs
from tests.newsletters.posting import an_issue, receivers, say, send_all, start, turn
from tests.purchases import ADA, BO, order_of, pay_for


def leave(email, organization, now):
    withdraw_consent(
        email=email, organization_id=organization.pk if organization else None, purpose="newsletter", method="mail_link",
        person_id=None, language="da", now=now,
    )  # fmt: skip


@pytest.mark.django_db
class TestWho:
    def test_only_who_said_yes_to_that_sender_and_each_address_once(self, world, time):
        ours, other = world.organization, world.other
        say("a@x.dk", ours)
        say("a@x.dk", ours)
        say("asked@x.dk", ours, event="asked")
        say("gone@x.dk", ours)
        say("gone@x.dk", ours, event="withdrawn")
        say("other@x.dk", other)
        say("platform@x.dk", None)
        issue = start(an_issue(ours))
        send_all(issue)
        assert receivers() == ["a@x.dk"] and issue.state == "sent" and issue.recipients == 1

    @pytest.mark.proves("use.services")
    def test_conbillets_own_news_goes_to_its_own_subscribers(self, world, time):
        say("a@x.dk", world.organization)
        say("platform@x.dk", None)
        send_all(start(an_issue(None)))
        assert receivers() == ["platform@x.dk"]

    def test_a_person_with_two_addresses_gets_one_at_todays_address(self, world, time):
        ada = make_person("Ada", "ada@x.dk")
        say("ada@x.dk", world.organization)
        say("old@x.dk", world.organization)
        ada.email_proofs.create(email="old@x.dk", method="code", proven_at=time.now)
        send_all(start(an_issue(world.organization)))
        assert receivers() == ["ada@x.dk"]

    def test_the_database_refuses_a_second_mail_to_an_address_or_a_person(self, world, time):
        consent, ada = say("a@x.dk", world.organization), make_person("Ada")
        issue = an_issue(world.organization)
        row = {"issue": issue, "organization": world.organization, "consent": consent}
        Recipient.objects.create(email="a@x.dk", person=ada, **row)
        for again in ({"email": "a@x.dk"}, {"email": "b@x.dk", "person": ada}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Recipient.objects.create(**row, **again)

    def test_those_with_a_ticket_to_one_event(self, world, now, time):
        pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)
        for email in (ADA.email, BO.email, "elsewhere@x.dk"):
            say(email.lower(), world.organization)
        issue = an_issue(world.organization, audience="event", event=world.event)
        assert count_audience(issue) == len({ADA.email, BO.email} - {""})
        foreign = an_issue(world.other, audience="event", event=world.event)
        assert count_audience(foreign) == 0

    def test_who_took_the_yes_back_since_or_is_limited_or_unreachable_gets_none(self, world, time):
        for email in ("left@x.dk", "limited@x.dk", "dead@x.dk", "again@x.dk", "fine@x.dk"):
            say(email, world.organization)
        issue = start(an_issue(world.organization))
        Limit.objects.create(email="limited@x.dk", kind="restriction", purpose=SERVICES, from_at=time.now)
        newsletters._begun(issue.pk, issue.turn, time.now)
        leave("left@x.dk", world.organization, time.now)
        for email in ("dead@x.dk", "again@x.dk"):
            FailingAddress.objects.create(email=email, reason_code="hard", last_at=time.now, blocked_at=time.now)
        say("again@x.dk", world.organization, at=time.now + timedelta(minutes=1))
        send_all(issue)
        assert sorted(receivers()) == ["again@x.dk", "fine@x.dk"]
        assert progress_of(issue).left_out == 3 and progress_of(issue).sent == 2


@pytest.mark.django_db
class TestSteering:
    def test_it_waits_for_its_time(self, world, time):
        say("a@x.dk", world.organization)
        issue = start(an_issue(world.organization), at=time.now + timedelta(hours=2))
        turn(issue)
        assert issue.state == "scheduled" and receivers() == []
        time.on(hours=3)
        send_all(issue)
        assert receivers() == ["a@x.dk"]

    def test_a_job_that_was_lost_is_found_by_the_clock(self, world, time):
        say("a@x.dk", world.organization)
        issue = start(an_issue(world.organization))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        assert newsletters.wake(now=time.now) == 0
        time.on(minutes=5)
        assert newsletters.wake(now=time.now) == 1
        run_jobs()
        issue.refresh_from_db()
        assert receivers() == ["a@x.dk"] and issue.state == "sent"

    def test_pause_go_on_and_stop(self, world, time, monkeypatch):
        monkeypatch.setattr(newsletters, "WITHOUT_LIMIT", 2)
        for number in range(9):
            say(f"n{number}@x.dk", world.organization)
        issue = start(an_issue(world.organization))
        turn(issue)
        steer_issue(issue=issue, do="pause", actor=SYSTEM, now=time.now)
        turn(issue)
        assert len(receivers()) == 2 and issue.state == "paused"
        steer_issue(issue=issue, do="resume", actor=SYSTEM, now=time.now)
        turn(issue)
        assert len(receivers()) == 4
        steer_issue(issue=issue, do="stop", actor=SYSTEM, now=time.now)
        run_jobs()
        assert len(receivers()) == 4
        issue.refresh_from_db()
        assert issue.state == "cancelled"
        with pytest.raises(CannotSteer):
            steer_issue(issue=issue, do="resume", actor=SYSTEM, now=time.now)

    def test_started_twice_it_is_sent_once(self, world, time):
        say("a@x.dk", world.organization)
        issue = start(an_issue(world.organization))
        with pytest.raises(CannotSend):
            start(issue)
        run_jobs()
        newsletters.newsletter_due(issue=issue.pk, turn=0)
        assert receivers() == ["a@x.dk"]

    def test_what_is_under_way_is_not_written_on(self, world, time):
        say("a@x.dk", world.organization)
        issue = start(an_issue(world.organization))
        write_issue(issue=issue, words=Words("A", "b"), organization_id=issue.organization_id, actor=SYSTEM, now=time.now)
        issue.refresh_from_db()
        assert issue.state == "draft"  # and must be scheduled again
        run_jobs()
        assert receivers() == []
        send_all(start(issue))
        with pytest.raises(CannotWrite):
            write_issue(issue=issue, words=Words("A", "b"), organization_id=issue.organization_id, actor=SYSTEM, now=time.now)

    def test_nobody_or_nothing_to_send_is_refused(self, world, time):
        with pytest.raises(CannotSend):
            start(an_issue(world.organization, subject_da=""))

    def test_the_pace_holds_over_two_issues(self, world, time, settings, monkeypatch):
        settings.CONBILLET_NEWS_RATE = 2
        waits = []
        monkeypatch.setattr(newsletters.time, "sleep", waits.append)
        for number in range(25):
            say(f"n{number}@x.dk", world.organization)
            say(f"n{number}@x.dk", None)
        one, two = start(an_issue(world.organization)), start(an_issue(None))
        turn(one)
        assert len(receivers()) == 10 and waits  # five seconds' worth, one after another
        turn(two)
        assert len(receivers()) == 10  # the other waits for the lane
        assert [fact for fact, _ids in announced()].count("newsletter_due") == 4
        time.on(seconds=6)
        turn(two)
        assert len(receivers()) == 20


@pytest.mark.django_db
def test_jobs_and_numbers_hold_nobody(world, time):
    say("secret@x.dk", world.organization)
    send_all(start(an_issue(world.organization)))
    assert "secret" not in str(announced())
    time.on(days=31)
    issue = Issue.objects.get()
    before = progress_of(issue)
    assert forget_recipients(now=time.now) == 1 and not Recipient.objects.exists()
    issue.refresh_from_db()
    assert progress_of(issue) == before and before.sent == 1


@pytest.mark.django_db
class TestUnsubscribed:
    """Whoever unsubscribes, at whatever moment of an issue, gets none of the mails that are claimed after it."""

    @settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(st.dictionaries(st.integers(0, 8), st.integers(0, 7), max_size=5))
    def test_none_after_that(self, world, time, leaves):
        here = transaction.savepoint()
        broken = self.told(world, time, leaves)
        transaction.savepoint_rollback(here)
        assert broken == []

    def told(self, world, time, leaves: dict[int, int]) -> list[str]:
        """Who got a mail though they had left before it was claimed. `leaves`: after how many mails who leaves."""
        people = [f"p{number}@x.dk" for number in range(8)]
        for email in people:
            say(email, world.organization)
        mail.outbox.clear()
        issue = start(an_issue(world.organization))
        newsletters._begun(issue.pk, issue.turn, time.now)
        gone: dict[str, int] = {}  # how many mails were out when they left

        def moment() -> None:
            who = leaves.get(len(mail.outbox))
            if who is not None and people[who] not in gone:
                leave(people[who], world.organization, time.now)
                gone[people[who]] = len(mail.outbox)

        moment()
        send_portion(issue=issue, most=99, closed=Closed(), tick=lambda: time.now, pause=moment)
        assert len(mail.outbox) >= len(people) - len(gone)
        return [one.to[0] for at, one in enumerate(mail.outbox) if gone.get(one.to[0], at + 1) <= at]

    def test_planted_a_claim_that_does_not_ask_again_is_caught(self, world, time, monkeypatch):
        monkeypatch.setattr(claiming, "_CLAIM", claiming._CLAIM.replace(claiming._MAY, "true"))
        assert self.told(world, time, {3: 6}) == ["p6@x.dk"]

    def test_leaving_one_sender_leaves_the_others(self, world, time):
        for sender in (world.organization, world.other, None):
            say("a@x.dk", sender)
        leave("a@x.dk", world.organization, time.now)
        for sender in (world.organization, world.other, None):
            if count_audience(an_issue(sender)):
                send_all(start(an_issue(sender)))
        assert receivers() == ["a@x.dk", "a@x.dk"]


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def run_both(self, issue) -> None:
        step = threading.Barrier(3)  # they keep in step, so that they claim at the same time

        def pause() -> None:
            with suppress(threading.BrokenBarrierError):
                step.wait(5)

        def work() -> None:
            try:
                send_portion(issue=Issue.objects.get(pk=issue.pk), most=200, closed=Closed(), tick=lambda: issue.updated_at, pause=pause)
            finally:
                step.abort()
                connection.close()

        threads = [threading.Thread(target=work) for _number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_on_the_same_issue_send_each_mail_once(self, world, time):
        people = [f"p{number:02}@x.dk" for number in range(60)]
        random.shuffle(people)
        for email in people:
            say(email, world.organization)
        issue = start(an_issue(world.organization))
        newsletters._begun(issue.pk, issue.turn, time.now)
        self.run_both(issue)
        assert sorted(receivers()) == sorted(people)

    def test_planted_a_claim_that_takes_what_another_holds_is_caught(self, world, time, monkeypatch):
        # As if a worker looked first and claimed afterwards: the state is not asked for again.
        planted = claiming._CLAIM.replace("FOR UPDATE OF r SKIP LOCKED", "").replace(
            "r.state = 'waiting' AND r.id > %s", "r.state IN ('waiting', 'handing') AND r.id > %s"
        )
        assert planted != claiming._CLAIM
        monkeypatch.setattr(claiming, "_CLAIM", planted)
        for number in range(40):
            say(f"p{number:02}@x.dk", world.organization)
        issue = start(an_issue(world.organization))
        newsletters._begun(issue.pk, issue.turn, time.now)
        self.run_both(issue)
        assert len(receivers()) > len(set(receivers()))


@pytest.mark.django_db
def test_an_issue_of_many_is_written_down_in_a_few_statements(world, time, django_assert_max_num_queries):
    MarketingConsent.objects.bulk_create(
        MarketingConsent(
            reference=f"M{number:011}", email=f"m{number}@x.dk", organization=world.organization, purpose="newsletter",
            event="given", method="account", text_version="x", text_hash="x", at=time.now,
        )
        for number in range(2000)
    )  # fmt: skip
    issue = start(an_issue(world.organization))
    with django_assert_max_num_queries(8):
        assert newsletters._begun(issue.pk, issue.turn, time.now).recipients == 2000
