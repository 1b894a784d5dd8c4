"""A sender that dies in the middle of an issue, by a real SIGKILL, with a real mail server at the other end.

What counts is what the mail server was given: nobody is in it twice, and who is not in it is either still to come or
counted as *perhaps sent*. The same for a mail server that breaks off.
"""

import os
import signal
import time as clocks
from collections import Counter

import pytest
from django.db import connection, transaction

from conbillet.newsletters.actions import send_portion as sending
from conbillet.newsletters.models import Recipient
from conbillet.newsletters.queries import progress_of
from conbillet.workflows import newsletters
from tests.newsletters.posting import an_issue, say, smtp_to, start, turn
from tests.test_crash_points import killed_at

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 60


@pytest.fixture
def issue(world, settings, mail_catcher, time):
    smtp_to(settings, mail_catcher)
    for number in range(PEOPLE):
        say(f"p{number:03}@x.dk", world.organization)
    return start(an_issue(world.organization))


def got(catcher) -> Counter[str]:
    return Counter(to for message in catcher.messages() for to in message["to"])


def work(issue) -> None:
    """As the worker does: portion after portion, in a process of its own."""
    for _number in range(200):
        turn(issue)
        if issue.state != "sending":
            return


def killed_after(issue, catcher, mails: int) -> bool:
    """Let a child process send, and kill it -9 when so many mails more have arrived; False when it was done before."""
    before = len(catcher.messages())
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            work(issue)
        finally:
            os._exit(0)
    while len(catcher.messages()) < before + mails:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.WIFSIGNALED(status)
        clocks.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def kill_again_and_again(issue, time, catcher, *, most: int = 25) -> int:
    """Until the issue is through; each time after some more mails, whereupon the next worker carries on."""
    kills = 0
    for number in range(most):
        if not killed_after(issue, catcher, 1 + number % 7):
            break
        kills += 1
        time.on(minutes=1)
    time.on(minutes=11)
    work(issue)
    time.on(minutes=11)
    work(issue)
    return kills


def test_kill_9_in_the_middle_sends_nobody_two(issue, time, mail_catcher):
    kills = kill_again_and_again(issue, time, mail_catcher)
    assert kills >= 3
    received, numbers = got(mail_catcher), progress_of(issue)
    assert issue.state == "sent"
    assert [one for one, times in received.items() if times > 1] == []
    assert numbers.unknown <= kills and numbers.sent + numbers.unknown == PEOPLE
    # Whoever is noted as sent has it; whoever has none is among those of whom we say that we do not know.
    doubtful = set(Recipient.objects.filter(issue=issue, state="unknown").values_list("email", flat=True))
    assert {f"p{number:03}@x.dk" for number in range(PEOPLE)} - set(received) <= doubtful


def test_planted_a_claim_in_one_transaction_with_its_note_sends_somebody_two(issue, time, mail_catcher, monkeypatch):
    """The order that seems natural: hand over, and commit claim and note together. The kill rolls the claim back."""
    whole = newsletters.send_portion

    def together(**given):
        with transaction.atomic():
            return whole(**given)

    monkeypatch.setattr(newsletters, "send_portion", together)
    kill_again_and_again(issue, time, mail_catcher)
    assert any(times > 1 for times in got(mail_catcher).values())


def test_killed_before_every_statement_of_the_first_mails(issue, time, mail_catcher, monkeypatch):
    monkeypatch.setattr(newsletters, "WITHOUT_LIMIT", 3)
    points = 0
    for number in range(1, 40):
        died = killed_at(number, lambda: turn(issue))
        points += died
        time.on(minutes=1)
        if not died:
            break
    assert points >= 5
    time.on(minutes=11)
    work(issue)
    time.on(minutes=11)
    work(issue)
    received, numbers = got(mail_catcher), progress_of(issue)
    assert max(received.values()) == 1 and issue.state == "sent"
    assert numbers.left == 0 and numbers.sent + numbers.unknown == PEOPLE


class TestMailServer:
    def test_that_breaks_off_after_it_took_the_mail_leaves_a_doubt_and_sends_nobody_two(self, issue, time, mail_catcher):
        mail_catcher.fault("drop_after_accepting", times=3)
        work(issue)
        for _number in range(4):
            time.on(minutes=11)
            work(issue)
        received, numbers = got(mail_catcher), progress_of(issue)
        assert max(received.values()) == 1 and numbers.unknown == 3 and numbers.sent == PEOPLE - 3

    def test_that_refuses_for_now_gets_the_mail_later(self, issue, time, mail_catcher):
        mail_catcher.fault("refuse", times=2)
        turn(issue)
        assert progress_of(issue).waiting and issue.state == "sending"
        for _number in range(3):
            time.on(minutes=11)
            work(issue)
        assert issue.state == "sent" and progress_of(issue).sent == PEOPLE and max(got(mail_catcher).values()) == 1

    def test_that_is_down_costs_time_and_no_mail(self, issue, time, mail_catcher, settings):
        settings.EMAIL_PORT = 9
        turn(issue)
        assert progress_of(issue).waiting == PEOPLE and issue.state == "sending"
        settings.EMAIL_PORT = mail_catcher.smtp_port
        work(issue)
        assert progress_of(issue).sent == PEOPLE

    def test_what_was_sent_is_what_was_rendered(self, issue, time, mail_catcher, world):
        work(issue)
        raw = mail_catcher.message(mail_catcher.messages()[0]["id"])
        assert raw["subject"] == "Nyt fra os" and "https://example.org/nyt?a=1&b=2" in raw["text"]
        headers = {name.lower(): value for name, value in raw["headers"]} if isinstance(raw["headers"], list) else {
            name.lower(): value for name, value in raw["headers"].items()
        }  # fmt: skip
        assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert sending.DOUBT_AFTER.total_seconds() > settings_timeout()


def settings_timeout() -> float:
    from django.conf import settings

    return 4 * settings.EMAIL_TIMEOUT
