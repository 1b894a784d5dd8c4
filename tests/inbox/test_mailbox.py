"""Fetching over IMAP, from a real server on a real TLS socket: nothing lost, nothing twice, nothing left behind."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from conbillet.core.clock import add_months, copenhagen_day
from conbillet.mail import mailbox
from conbillet.mail.mailbox import Mailbox, MailboxDown
from conbillet.support.models import Case, Inbox
from conbillet.workflows import inbox
from conbillet.workflows.inbox import fetch_mail
from tests.inbox.imap_server import PASSWORD, USER, ImapServer, certificate
from tests.inbox.letters import letter

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("imap"))


@pytest.fixture
def server(pem, settings):
    house = ImapServer(pem)
    settings.CONBILLET_IMAP = {
        "host": "localhost", "port": house.port, "user": USER, "password": PASSWORD, "folder": "INBOX",
        "security": "tls", "ca_file": str(pem), "keep": False,
    }  # fmt: skip
    yield house
    house.stop()


def open_box(settings, **changes) -> Mailbox:
    return Mailbox(**{**{k: v for k, v in settings.CONBILLET_IMAP.items() if k != "keep"}, **changes})


@pytest.mark.parametrize("uidplus", [True, False])
def test_what_became_a_case_is_taken_out(server, now, uidplus):
    server.uidplus = uidplus
    server.put(letter())
    server.put(letter("Jeg ønsker indsigt", sender="ea@example.com", message_id="<2@x.dk>"))
    assert fetch_mail(now=now) == 2
    assert Case.objects.count() == 2 and server.messages == []
    assert fetch_mail(now=now) == 0 and Inbox.objects.get().fetched_at == now


def test_what_no_person_wrote_stays_for_a_month_marked_as_read(server, now):
    robot = server.put(letter(Auto_Submitted="auto-replied"), arrived_at=now)
    others = server.put(letter(message_id="<9@x>"), arrived_at=now - timedelta(days=300), flags=("\\Seen",))
    assert fetch_mail(now=now) == 1 and not Case.objects.exists()
    assert robot.flags == {"\\Seen", mailbox.IGNORED} and fetch_mail(now=now + timedelta(days=29)) == 0
    assert server.messages == [robot, others]
    fetch_mail(now=now + timedelta(days=32))
    assert server.messages == [others], "what somebody else has read is not ours to delete"


def test_a_server_without_keywords(server, now):
    server.keywords = False
    robot = server.put(letter(Auto_Submitted="auto-replied"), arrived_at=now - timedelta(days=90))
    assert fetch_mail(now=now) == 1 and robot.flags == {"\\Seen"} and fetch_mail(now=now) == 0


def test_mails_can_be_left_there(server, now, settings):
    settings.CONBILLET_IMAP["keep"] = True
    message = server.put(letter())
    assert fetch_mail(now=now) == 1 and message.flags == {"\\Seen"} and fetch_mail(now=now) == 0


def test_the_month_runs_from_the_day_the_mail_came(server, now):
    came = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    server.put(letter("Jeg ønsker indsigt"), arrived_at=came)
    fetch_mail(now=now)
    case = Case.objects.get()
    assert case.created_at == came and case.due_on == add_months(copenhagen_day(came), 1)


@pytest.mark.parametrize("breaks_before", ["UID STORE", "UID EXPUNGE", "UID FETCH", "UID SEARCH", "SELECT"])
def test_a_server_that_dies_loses_nothing_and_doubles_nothing(server, now, breaks_before):
    server.put(letter())
    server.put(letter("To", sender="ea@example.com", message_id="<2@x.dk>"))
    server.breaks_before = breaks_before
    assert fetch_mail(now=now) == 0 and Inbox.objects.get().failing_since == now
    assert len(server.messages) == 2, "nothing leaves before the server has heard it"
    server.breaks_before = ""
    fetch_mail(now=now + timedelta(minutes=1))
    assert Case.objects.count() == 2
    assert [one for one in server.messages if "\\Seen" not in one.flags] == []
    assert Inbox.objects.get().failing_since is None


def test_our_own_crash_after_the_commit_makes_no_second_case(server, now, monkeypatch):
    server.put(letter())
    done = Mailbox.done
    monkeypatch.setattr(Mailbox, "done", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        fetch_mail(now=now)
    assert Case.objects.count() == 1 and len(server.messages) == 1
    monkeypatch.setattr(Mailbox, "done", done)
    fetch_mail(now=now)
    assert Case.objects.count() == 1 and server.messages == []


def test_our_own_crash_before_the_commit_leaves_the_mail(server, now, monkeypatch):
    message = server.put(letter())

    def down(**_rest):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "receive_case", down)
        with pytest.raises(DatabaseError):
            fetch_mail(now=now)
    assert message.flags == set() and not Case.objects.exists()
    assert fetch_mail(now=now) == 1 and Case.objects.count() == 1


def test_planted_a_mail_marked_before_its_case_is_committed_would_be_lost(server, now, monkeypatch):
    """The twin of the test above, with the order turned round: the mail is gone, and there is no case."""
    server.put(letter())

    def too_early(self, mail):
        content = raw(self, mail)
        self.done(mail, is_case=True)
        return content

    raw = Mailbox.raw
    monkeypatch.setattr(Mailbox, "raw", too_early)
    monkeypatch.setattr(inbox, "receive_case", lambda **_rest: (_ for _ in ()).throw(DatabaseError))
    with pytest.raises(DatabaseError):
        fetch_mail(now=now)
    monkeypatch.undo()
    assert server.messages == [] and not Case.objects.exists()


def test_a_huge_mail_is_read_from_its_beginning(server, now, monkeypatch):
    monkeypatch.setattr(mailbox, "MOST_BYTES", 3000)
    server.put(letter("Hej, se min film", files=(("film.mp4", "video/mp4", b"x" * 20_000),)))
    fetch_mail(now=now)
    case = Case.objects.get()
    assert case.text == "Hej, se min film" and case.attachments.get().refused == "kind"


@pytest.mark.parametrize("changes", [{"password": "forkert"}, {"port": 1}, {"ca_file": ""}, {"host": "127.0.0.1"}])
def test_who_cannot_be_trusted_or_reached_is_said_without_secrets(server, settings, now, changes, caplog):
    settings.CONBILLET_IMAP |= changes
    assert fetch_mail(now=now) == 0
    failing = Inbox.objects.get()
    assert failing.failing_since == now and "cannot be opened" in failing.error
    assert PASSWORD not in caplog.text and "forkert" not in caplog.text
    fetch_mail(now=now + timedelta(minutes=5))
    assert Inbox.objects.get().failing_since == now, "since when, not when last"


def test_without_tls_only_on_this_machine(settings):
    plain = ImapServer(None)
    try:
        with Mailbox(host="localhost", port=plain.port, user=USER, password=PASSWORD, security="none") as box:
            assert list(box.waiting()) == []
        with pytest.raises(MailboxDown):
            Mailbox(host="mail.example", port=143, user=USER, password=PASSWORD, security="none")
        with pytest.raises(MailboxDown), Mailbox(host="localhost", port=plain.port, user=USER, password=PASSWORD):
            pass
    finally:
        plain.stop()
    assert ssl.create_default_context().check_hostname


def test_no_mailbox_no_work(now, settings):
    settings.CONBILLET_IMAP["host"] = ""
    assert fetch_mail(now=now) == 0 and not Inbox.objects.exists()


def test_the_desk_is_told_that_nothing_is_fetched(server, now, settings, client):
    from conbillet.accounts.models import StaffRole
    from tests.cast import make_person
    from tests.login import log_in

    person = make_person("Signe Support", "signe@conbillet.example")
    StaffRole.objects.create(account=person.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=now)
    settings.CONBILLET_IMAP["password"] = "forkert"
    fetch_mail(now=now)
    page = log_in(client, person).get("/desk/health/").content.decode()
    assert "er ikke hentet siden" in page


def test_the_doctor_looks_into_the_mailbox(server, settings):
    from conbillet.cli import doctor

    server.put(letter())
    (found,) = doctor.inbox()
    assert found.level == "fine" and "1 mails wait" in found.text
    settings.CONBILLET_IMAP["password"] = "forkert"
    (found,) = doctor.inbox()
    assert found.level == "wrong" and "forkert" not in found.text + found.advice
    settings.CONBILLET_IMAP["host"] = ""
    (found,) = doctor.inbox()
    assert found.level == "note" and "mail receive" in found.advice
