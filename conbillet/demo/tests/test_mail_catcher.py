"""The mail catcher: SMTP in, pages and JSON out."""

import base64
import smtplib
import threading
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from conbillet.demo.testing import ControlError, MailCatcher, call, start_mail_catcher

from .test_connect import fetch

HTML = (
    "<html><head></head><body><script>alert(1)</script><a href='https://shop.test/my/?a=1&amp;b=2'>Æ</a>"
    "<img src='cid:logo@shop'><img src='https://tracker.test/x.png'></body></html>"
)


def mail(to: str = "mette@eksempel.dk", subject: str = "Dine billetter til Ærøfest") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Butikken <shop@eksempel.dk>", to
    message.set_content("Hej Æ\nDin side: http://localhost:8000/my/abc. Hilsen\n")
    message.add_alternative(HTML, subtype="html")
    picture = message.get_payload()[1]
    picture.add_related(b"\x89PNG", "image", "png", cid="<logo@shop>")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../../billet æ.pdf")
    return message


def send(catcher: MailCatcher, message: EmailMessage | None = None, **options: Any) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=10) as connection:
        connection.send_message(message or mail(), **options)


def test_a_mail_is_kept_and_taken_apart(mail_catcher: MailCatcher) -> None:
    send(mail_catcher)
    found = mail_catcher.message(mail_catcher.messages()[0]["id"])
    assert (found["from"], found["to"], found["subject"]) == (
        "shop@eksempel.dk", ["mette@eksempel.dk"], "Dine billetter til Ærøfest",
    )  # fmt: skip
    assert "Hej Æ\n" in found["text"]
    assert found["links"] == ["http://localhost:8000/my/abc", "https://shop.test/my/?a=1&b=2"]
    assert ["From", "Butikken <shop@eksempel.dk>"] in found["headers"]
    files = {file["name"]: file for file in found["attachments"]}
    assert base64.b64decode(files["billet æ.pdf"]["base64"]) == b"%PDF-1.7"


def test_searching_by_recipient(mail_catcher: MailCatcher) -> None:
    for name in ("ole", "bole", "ole"):
        send(mail_catcher, mail(f"{name}@eksempel.dk"))
    assert len(mail_catcher.messages(to="OLE@eksempel.dk")) == 2
    assert len(mail_catcher.messages(to="@eksempel")) == 3
    newest = mail_catcher.messages()
    assert newest == sorted(newest, key=lambda row: -row["id"])
    assert [row["id"] for row in mail_catcher.messages(since=newest[1]["id"])] == [newest[0]["id"]]


def test_hidden_recipients_are_found_too(mail_catcher: MailCatcher) -> None:
    send(mail_catcher, to_addrs=["hemmelig@eksempel.dk"])
    assert len(mail_catcher.messages(to="hemmelig@eksempel.dk")) == 1
    assert mail_catcher.messages(to="mette@eksempel.dk") == []


def test_waiting_for_a_mail(mail_catcher: MailCatcher) -> None:
    send(mail_catcher)
    first = mail_catcher.messages()[0]["id"]
    assert mail_catcher.wait(to="mette@eksempel.dk", after=first, timeout=0.1) is None
    later = threading.Timer(0.2, send, [mail_catcher])
    later.start()
    found = mail_catcher.wait(to="mette@eksempel.dk", after=first, timeout=10)
    later.join()
    assert found and found["id"] > first


def test_deleting(mail_catcher: MailCatcher) -> None:
    send(mail_catcher)
    send(mail_catcher)
    ids = [row["id"] for row in mail_catcher.messages()]
    call(mail_catcher.port, "DELETE", f"/api/messages/{ids[0]}")
    assert [row["id"] for row in mail_catcher.messages()] == ids[1:]
    assert fetch(f"{mail_catcher.url}/delete", {})[0] == 303
    assert mail_catcher.messages() == []
    with pytest.raises(ControlError):
        mail_catcher.message(ids[1])
    send(mail_catcher)
    assert mail_catcher.messages()[0]["id"] > max(ids)


def test_the_server_refuses(mail_catcher: MailCatcher) -> None:
    mail_catcher.fault("refuse", times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            send(mail_catcher)
        assert refused.value.smtp_code == 451
    call(mail_catcher.port, "POST", "/api/faults", {"kind": "refuse", "code": 550})
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        send(mail_catcher)
    assert refused.value.smtp_code == 550
    assert mail_catcher.messages() == []
    send(mail_catcher)
    assert len(mail_catcher.messages()) == 1


@pytest.mark.parametrize(("kind", "kept"), [("drop_connection", 0), ("drop_after_accepting", 1)])
def test_the_connection_drops(mail_catcher: MailCatcher, kind: str, kept: int) -> None:
    mail_catcher.fault(kind)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mail_catcher)
    assert len(mail_catcher.messages()) == kept
    send(mail_catcher)
    assert len(mail_catcher.messages()) == kept + 1


def test_a_slow_server(mail_catcher: MailCatcher) -> None:
    mail_catcher.fault("slow", seconds=2)
    with (
        pytest.raises(smtplib.SMTPServerDisconnected),
        smtplib.SMTP("127.0.0.1", mail_catcher.smtp_port, timeout=0.3) as connection,
    ):
        connection.send_message(mail())
    assert mail_catcher.messages() == []


@pytest.mark.parametrize("data", [{"kind": "nonsense"}, {"kind": "slow", "times": 0}, {"kind": "slow", "x": 1}])
def test_a_nonsensical_fault_is_refused(mail_catcher: MailCatcher, data: dict[str, Any]) -> None:
    with pytest.raises(ControlError):
        call(mail_catcher.port, "POST", "/api/faults", data)


def test_mails_survive_a_kill(tmp_path: Path) -> None:
    catcher = start_mail_catcher(tmp_path)
    try:
        send(catcher)
        before = catcher.messages()
        catcher.kill()
        (tmp_path / "000000002.part").write_bytes(b"half a mail")
        (tmp_path / "000000003.eml").write_bytes(b"a mail without its envelope")
        catcher.start()
        assert catcher.messages() == before
    finally:
        catcher.stop()


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    catcher = start_mail_catcher(tmp_path, arguments=("--max-messages", "3", "--max-message-megabytes", "1"))
    try:
        for number in range(5):
            send(catcher, mail(subject=f"Nr. {number}"))
        assert [row["subject"] for row in catcher.messages()] == ["Nr. 4", "Nr. 3", "Nr. 2"]
        assert len(list(tmp_path.glob("*.eml"))) == 3
        large = mail()
        large.add_attachment(b"x" * 2_000_000, maintype="application", subtype="pdf", filename="stor.pdf")
        with pytest.raises(smtplib.SMTPException):
            send(catcher, large)
    finally:
        catcher.stop()


def test_the_pages(mail_catcher: MailCatcher) -> None:
    send(mail_catcher, mail(subject="<script>alert(1)</script>"))
    send(mail_catcher, mail("ole@eksempel.dk"))
    listed = fetch(mail_catcher.url)[2]
    assert "Ærøfest" in listed and "&lt;script&gt;" in listed and "<script" not in listed
    assert "Ærøfest" not in fetch(f"{mail_catcher.url}/?to=mette@eksempel.dk&lang=en")[2]
    assert "No mails to that recipient" in fetch(f"{mail_catcher.url}/?to=nobody@x.dk&lang=en")[2]
    one = f"{mail_catcher.url}/messages/{mail_catcher.messages()[0]['id']}"
    shown = fetch(one)[2]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert 'href="http://localhost:8000/my/abc"' in shown
    assert "billet æ.pdf" in shown
    assert "<script" not in shown
    assert fetch(f"{mail_catcher.url}/messages/999999")[0] == 404


def test_somebody_elses_html_can_do_nothing(mail_catcher: MailCatcher) -> None:
    send(mail_catcher)
    one = f"{mail_catcher.url}/messages/{mail_catcher.messages()[0]['id']}"
    with urllib.request.urlopen(f"{one}/html") as answer:
        policy, html = answer.headers["Content-Security-Policy"], answer.read().decode()
    assert "default-src 'none'" in policy and "img-src data:" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy and "allow-scripts" not in policy
    assert "data:image/png;base64," in html
    with urllib.request.urlopen(f"{one}/attachments/1") as answer:
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''billet%20%C3%A6.pdf"
        assert answer.read() == b"%PDF-1.7"
    with urllib.request.urlopen(f"{one}/raw") as answer:
        assert b"Subject:" in answer.read()


def test_a_broken_mail_is_shown_as_well_as_it_can_be(mail_catcher: MailCatcher) -> None:
    raw = b"Subject: =?nonsense?q?x?=\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xe6\xf8\xe5\r\n"
    with smtplib.SMTP("127.0.0.1", mail_catcher.smtp_port) as connection:
        connection.sendmail("a@eksempel.dk", ["b@eksempel.dk"], raw)
    found = mail_catcher.message(mail_catcher.messages()[0]["id"])
    assert found["text"] == "æøå\n"
    assert fetch(f"{mail_catcher.url}/messages/{found['id']}")[0] == 200
