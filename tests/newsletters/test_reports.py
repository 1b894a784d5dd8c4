"""What mail servers report about our mails: bounces and complaints stop further ones; what is forged does not."""

from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conbillet.consents.ledger import has_consented
from conbillet.consents.models import MarketingConsent
from conbillet.mail.reports import COMPLAINT, HARD, SOFT, kind_of_status, read_report
from conbillet.newsletters.letter import bounce_address, message_id, recipient_of_bounce
from conbillet.newsletters.models import FailingAddress, Recipient
from conbillet.newsletters.queries import progress_of
from conbillet.support.models import Case, ReceivedMail
from conbillet.workflows.inbox import receive_mail
from tests.newsletters.posting import an_issue, receivers, say, send_all, start


def _mail(kind: str, sender: str, to: str, number: str, *parts: tuple[str, str]) -> bytes:
    head = (
        f"From: {sender}\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <report-{number}@mx.example>\n"
        f'Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="x"\n\n'
    )
    body = "".join(f"--x\nContent-Type: {part}\n\n{text}\n" for part, text in parts)
    return f"{head}{body}--x--\n".replace("\n", "\r\n").encode()


def _original(about: str) -> str:
    return f"From: x@conbillet.example\nMessage-ID: {about}\nSubject: Nyt\n\nHej\n"


def dsn(
    about: str, *, status: str = "5.1.1", action: str = "failed", to: str = "hej@conbillet.example", headers_only: bool = False
) -> bytes:
    """As Postfix writes it (RFC 3464)."""
    report = (
        "Reporting-MTA: dns; mx.example\nArrival-Date: Sun, 1 Mar 2026 12:00:00 +0000\n\n"
        f"Final-Recipient: rfc822; a@x.dk\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} no\n"
    )
    number = sha256(f"{about}{status}{action}".encode()).hexdigest()[:12]
    original = "text/rfc822-headers" if headers_only else "message/rfc822"
    return _mail(
        "delivery-status", "MAILER-DAEMON@mx.example", to, number, ("text/plain", "I'm sorry to have to inform you.\n"),
        ("message/delivery-status", report), (original, _original(about)),
    )  # fmt: skip


def arf(about: str, kind: str = "abuse") -> bytes:
    """As a mailbox provider writes it (RFC 5965), with the receiver left out."""
    report = f"Feedback-Type: {kind}\nUser-Agent: Mailbox/1.0\nVersion: 1\nOriginal-Rcpt-To: redacted\n"
    number = sha256(f"{about}{kind}".encode()).hexdigest()[:12]
    return _mail(
        "feedback-report", "fbl@mailbox.example", "hej@conbillet.example", number, ("text/plain", "This is an abuse report.\n"),
        ("message/feedback-report", report), ("message/rfc822", _original(about)),
    )  # fmt: skip


class TestReading:
    @pytest.mark.parametrize("headers_only", [True, False])
    def test_a_bounce(self, headers_only):
        report = read_report(dsn("<news-1-x@y.dk>", headers_only=headers_only))
        assert report.kind == HARD and report.about == ("<news-1-x@y.dk>",)

    @pytest.mark.parametrize(
        ("status", "kind"),
        [("5.1.1", HARD), ("5.1.10", HARD), ("5.2.1", HARD), ("5.2.2", SOFT), ("5.7.1", SOFT), ("4.4.7", SOFT), ("5.0.0", SOFT), ("", SOFT)],
    )
    def test_only_a_mailbox_that_is_not_there_is_hard(self, status, kind):
        assert kind_of_status(status) == kind

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
    def test_what_is_no_failure_is_no_report(self, action):
        assert read_report(dsn("<a@b>", action=action)) is None

    def test_a_complaint_and_what_is_none(self):
        assert read_report(arf("<a@b>")).kind == COMPLAINT
        assert read_report(arf("<a@b>", "not-spam")) is None

    @given(st.binary(max_size=300))
    def test_anything_may_come(self, raw):
        read_report(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n" + raw)
        assert read_report(raw) is None or raw

    def test_a_letter_is_none(self):
        mail = EmailMessage()
        mail["From"] = "a@b.dk"
        mail.set_content("Action: failed\nStatus: 5.1.1")
        assert read_report(bytes(mail)) is None


@pytest.mark.django_db
class TestStopping:
    @pytest.fixture
    def row(self, world, time) -> Recipient:
        say("a@x.dk", world.organization)
        say("a@x.dk", world.other)
        send_all(start(an_issue(world.organization)))
        return Recipient.objects.get()

    def come_in(self, raw, time) -> str:
        return receive_mail(raw=raw, now=time.now)

    def sent_after(self, sender, *, most: int = 1) -> int:
        before = len(receivers())
        issue = an_issue(sender)
        send_all(start(issue))
        return len(receivers()) - before

    @pytest.mark.proves("use.services")
    def test_a_mailbox_that_is_not_there_gets_no_more_from_anybody(self, row, world, time):
        assert self.come_in(dsn(message_id(row.pk)), time) == ReceivedMail.Outcome.IGNORED
        assert not Case.objects.exists() and progress_of(row.issue).bounced == 1
        assert self.sent_after(world.organization) == 0 and self.sent_after(world.other) == 0
        assert has_consented(email="a@x.dk", organization_id=world.organization.pk), "that is no no"
        say("a@x.dk", world.organization, at=time.now + timedelta(hours=1))
        assert self.sent_after(world.organization) == 1, "who says yes again is written to again"

    @pytest.mark.proves("use.services")
    def test_a_complaint_is_a_no_to_that_sender_and_stops_the_others(self, row, world, time):
        self.come_in(arf(message_id(row.pk)), time)
        word = MarketingConsent.objects.latest("id")
        assert (word.event, word.method, word.organization) == ("withdrawn", "complaint", world.organization)
        assert has_consented(email="a@x.dk", organization_id=world.other.pk) and self.sent_after(world.other) == 0
        self.come_in(arf(message_id(row.pk)), time)
        assert FailingAddress.objects.get().reason_code == "complaint"

    def test_soft_ones_count_once_an_issue_and_three_are_enough(self, row, world, time):
        for number in range(3):
            for _again in range(2):
                self.come_in(dsn(message_id(row.pk), status=f"4.2.{2 + _again}"), time)
            failing = FailingAddress.objects.get()
            assert failing.soft_count == number + 1 and bool(failing.blocked_at) == (number == 2)
            if number < 2:
                time.on(days=10)
                send_all(start(an_issue(world.organization)))
                row = Recipient.objects.latest("id")
        assert self.sent_after(world.organization) == 0

    def test_a_forged_report_closes_nobodys_address(self, row, world, time):
        forged = message_id(row.pk).replace(f"news-{row.pk}-", f"news-{row.pk + 1}-")
        for about in (forged, f"<news-{row.pk}-{'0' * 20}@conbillet.example>", "<mail-1@conbillet.example>"):
            self.come_in(dsn(about), time)
            self.come_in(arf(about), time)
        assert not FailingAddress.objects.exists() and self.sent_after(world.organization) == 1

    def test_planted_a_name_without_its_mark_would_be_forged(self, row, time, monkeypatch):
        monkeypatch.setattr("conbillet.newsletters.letter._mark", lambda _number: "0" * 20)
        self.come_in(dsn(f"<news-{row.pk}-{'0' * 20}@conbillet.example>"), time)
        assert FailingAddress.objects.exists()

    def test_a_report_without_the_mail_is_known_by_the_address_it_came_to(self, row, time, settings):
        settings.CONBILLET_INBOX_PLUS = True
        address = bounce_address(row.pk)
        assert "+news-" in address and "x.dk" not in address and recipient_of_bounce(address) == row.pk
        self.come_in(dsn("<lost@elsewhere>", to=address), time)
        assert FailingAddress.objects.get().reason_code == "hard"
