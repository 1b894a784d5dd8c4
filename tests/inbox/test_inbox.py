"""A mail becomes a case, once; answers find their case; machines are not answered; what is refused is told."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import DatabaseError
from django.test import Client

from conbillet.accounts.models import StaffRole
from conbillet.cli.commands import mail as command
from conbillet.core import clock
from conbillet.core.clock import copenhagen_day
from conbillet.mail.models import OutgoingMail
from conbillet.support.actions.close_case import close_case
from conbillet.support.models import Case, CaseAttachment, CaseNote, ReceivedMail
from conbillet.workflows import inbox
from conbillet.workflows.cases import MOST_RECEIPTS, answer_by_mail
from conbillet.workflows.inbox import receive_mail
from tests.cast import make_person
from tests.inbox.letters import letter, picture
from tests.jobs import run_jobs
from tests.login import log_in

pytestmark = pytest.mark.django_db


def received(raw: bytes, now) -> Case:
    assert receive_mail(raw=raw, now=now) == "case"
    return Case.objects.order_by("-id")[0]


@pytest.fixture
def staff(world, now):
    person = make_person("Signe Support", "signe@conbillet.example")
    StaffRole.objects.create(account=person.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=now)
    return person


@pytest.mark.proves("collect.contact")
def test_a_mail_becomes_a_case(now):
    case = received(letter(), now)
    assert (case.name, case.email, case.subject, case.kind) == ("Bo Bang", "bo@example.com", "Billet væk", "ticket")
    assert case.channel == "mail" and case.text.startswith("Hej, jeg kan ikke") and case.language == "da"
    run_jobs()
    (told,) = [one for one in outbox.outbox if one.to == ["bo@example.com"]]
    assert case.number in told.subject and "kan ikke finde" not in told.body and told.extra_headers["Auto-Submitted"]


@pytest.mark.proves("right.insight", "right.deletion")
def test_a_right_asked_for_by_mail_has_a_month_from_the_day_it_came(now):
    case_of = {}
    for words in ("Jeg ønsker indsigt", "Slet mig"):
        receive_mail(raw=letter(words, message_id=f"<{words[0]}@x.dk>"), now=now, arrived_at=now - timedelta(days=3))
        case_of[words] = Case.objects.order_by("-id")[0]
    for case in case_of.values():
        assert case.due_on == clock.add_months(copenhagen_day(now - timedelta(days=3)), 1)


def test_the_same_mail_twice_is_one_case(now):
    received(letter(), now)
    assert receive_mail(raw=letter("Et andet ord, samme mail"), now=now) == "case"
    assert Case.objects.count() == 1 and OutgoingMail.objects.filter(kind="case_received").count() == 1


def test_planted_without_the_memory_of_mails_there_are_two(now, monkeypatch):
    received(letter(), now)
    ReceivedMail.objects.all().delete()
    receive_mail(raw=letter(), now=now)
    assert Case.objects.count() == 2


@pytest.mark.parametrize("how", ["subject", "header", "plus", "answer"])
def test_an_answer_goes_to_its_case(now, how, settings, world):
    settings.CONBILLET_INBOX_PLUS = True
    case = received(letter(), now)
    run_jobs()
    told = outbox.outbox[0]
    headers = {}
    if how == "subject":
        headers = {"subject": f"SV: {told.subject.lower()}"}
    elif how == "header":
        headers = {"In_Reply_To": told.extra_headers["Message-ID"]}
    elif how == "plus":
        assert told.reply_to == [f"hej+{case.reference.lower()}@conbillet.example"]
        headers = {"Delivered_To": told.reply_to[0]}
    else:
        answer_by_mail(case=case, text="Her er den.", actor=world.actor(world.owner), now=now)
        run_jobs()
        headers = {"References": f"<x@y.dk> {outbox.outbox[-1].extra_headers['Message-ID']}"}
    raw = letter("Tak!", message_id="<2@example.com>", **headers)
    assert receive_mail(raw=raw, now=now) == "added"
    assert Case.objects.count() == 1
    note = CaseNote.objects.get(kind="message")
    case.refresh_from_db()
    assert (note.case, note.text, note.by) == (case, "Tak!", None) and case.state == "open"
    assert receive_mail(raw=raw, now=now) == "added" and CaseNote.objects.filter(kind="message").count() == 1


def test_a_stranger_who_knows_the_number_opens_a_case_of_their_own(now):
    case = received(letter(), now)
    raw = letter("Giv mig svaret", sender="eve@example.com", subject=f"Re: {case.number}", message_id="<3@x.dk>")
    assert receive_mail(raw=raw, now=now) == "case"
    assert not case.notes.exists() and Case.objects.get(email="eve@example.com").subject == f"Re: {case.number}"


def test_an_answer_opens_a_closed_case_again(now, world):
    case = received(letter(), now)
    close_case(case=case, actor=world.actor(world.owner), now=now)
    later = now + timedelta(days=40)
    receive_mail(raw=letter("Alligevel ikke", subject=case.number, message_id="<4@x.dk>"), now=later)
    case.refresh_from_db()
    assert case.state == "open" and case.closed_at is None and case.due_on == copenhagen_day(later) + timedelta(days=7)


@pytest.mark.parametrize(
    "raw",
    [
        letter(Auto_Submitted="auto-replied"),
        letter(Precedence="bulk"),
        letter(message_id="<mail-17@conbillet.example>"),
        letter(sender="hej@conbillet.example"),
        letter(sender="ConBillet <billet@conbillet.example>"),
    ],
)
def test_machines_and_ourselves_get_no_case_and_no_answer(raw, now):
    assert receive_mail(raw=raw, now=now) == "ignored"
    assert not Case.objects.exists() and not OutgoingMail.objects.exists()
    assert ReceivedMail.objects.get().why


def test_two_machines_do_not_write_to_each_other_for_ever(now):
    """A robot that answers each of our receipts, without saying that it is one: no receipt after the first."""
    received(letter(), now)
    for turn in range(2, 6):
        run_jobs()
        newest = outbox.outbox[-1] if outbox.outbox else None
        raw = letter("Jeg er på ferie", subject=f"Auto: {newest.subject}", message_id=f"<{turn}@x.dk>")
        assert receive_mail(raw=raw, now=now) == "added"
    run_jobs()
    assert len([one for one in outbox.outbox if one.to == ["bo@example.com"]]) == 1


def test_a_flood_makes_cases_and_few_receipts(now):
    for number in range(MOST_RECEIPTS + 5):
        receive_mail(raw=letter(message_id=f"<{number}@flood>"), now=now)
    assert Case.objects.count() == MOST_RECEIPTS + 5
    assert OutgoingMail.objects.filter(kind="case_received").count() == MOST_RECEIPTS


def test_a_mail_without_a_sender_is_kept_and_not_answered(now):
    case = received(letter(sender="ukendt"), now)
    assert case.email == "" and OutgoingMail.objects.get().kind == "case_alert"


def test_files_are_kept_and_refusals_told_without_their_names(now, staff):
    files = (("foto.png", "image/png", picture(kind="PNG")), ("hemmelig kontrakt.pdf", "application/pdf", b"%PDF"))
    case = received(letter(files=files), now)
    taken, refused = CaseAttachment.objects.order_by("id")
    assert taken.kind == "image/jpeg" and refused.refused == "kind" and refused.content is None
    run_jobs()
    told = next(one for one in outbox.outbox if one.to == ["bo@example.com"])
    assert "JPEG, PNG, WebP" in told.body and "kontrakt" not in told.body
    client = log_in(Client(), staff)
    page = client.get(f"/desk/cases/{case.reference}/").content.decode()
    assert "foto.png" in page and "hemmelig kontrakt.pdf" in page
    answer = client.get(f"/desk/cases/{case.reference}/files/{taken.reference}/")
    assert answer["Content-Type"] == "image/jpeg" and answer.content[:2] == b"\xff\xd8"
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/desk/cases/{case.reference}/files/{refused.reference}/").status_code == 404
    assert Client().get(f"/desk/cases/{case.reference}/files/{taken.reference}/").status_code == 302


def test_files_of_a_later_mail(now):
    case = received(letter(), now)
    files = (("x.zip", "application/zip", b"PK"),)
    receive_mail(raw=letter("Her", subject=case.number, message_id="<5@x.dk>", files=files), now=now)
    run_jobs()
    assert CaseAttachment.objects.get().note.text == "Her"
    assert "JPEG" in outbox.outbox[-1].body and outbox.outbox[-1].to == ["bo@example.com"]


class TestPipe:
    def test_a_mail_from_the_pipe(self, monkeypatch, capsys, now):
        assert self.piped(monkeypatch, letter()) == 0 and capsys.readouterr().out == "case\n"
        assert Case.objects.count() == 1

    def test_when_the_database_is_down_the_server_must_keep_it(self, monkeypatch, capsys):
        def down(**_rest):
            raise DatabaseError("bo@example.com")

        monkeypatch.setattr(inbox, "receive_mail", down)
        assert self.piped(monkeypatch, letter()) == 75
        told = capsys.readouterr()
        assert "bo@" not in told.err + told.out

    def test_nothing_at_all(self, monkeypatch):
        assert self.piped(monkeypatch, b"\n") == 65

    def test_the_command_is_there(self):
        answer = subprocess.run(
            [sys.executable, "-m", "conbillet.cli", "mail", "--help"], capture_output=True, text=True
        )
        assert answer.returncode == 0 and "RFC 5322" in answer.stdout

    def piped(self, monkeypatch, raw: bytes) -> int:
        import argparse
        import contextlib
        import io

        from conbillet.cli import environment

        monkeypatch.setattr(environment, "django_ready", contextlib.nullcontext)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        return command.run(argparse.Namespace(task="receive"))
