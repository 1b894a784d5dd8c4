"""The mail that is sent, as a mail program gets it."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conbillet.consents.consent_links import consent_key
from conbillet.newsletters.letter import BadAddress, message_id, recipient_of, render
from conbillet.newsletters.models import Issue
from conbillet.newsletters.writing import html_of, lost_links, one_line
from tests.newsletters.posting import an_issue, received, say, send_all, start

pytestmark = pytest.mark.django_db
PATH = "/newsletter/ABCDEFGH1234/0123456789abcdef0123456789abcdef/"
LINK = re.compile(r'https?://[^\s"<>]+')


def made(issue: Issue, language: str = "da", email: str = "a@example.com", now=None):
    ready = render(issue, language).to(number=7, email=email, path=PATH, now=now or issue.updated_at)
    return ready, message_from_bytes(ready.content, policy=default)


def bodies(mail) -> tuple[str, str]:
    plain, html = (mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    return plain, html


def test_it_says_what_was_written_in_text_and_html_and_how_to_leave(world):
    _ready, mail = made(an_issue(world.organization))
    text, html = bodies(mail)
    assert mail["Subject"] == "Nyt fra os" and mail["To"] == "a@example.com"
    assert "vores side <https://example.org/nyt?a=1&b=2>" in text
    assert 'href="https://example.org/nyt?a=1&amp;b=2"' in html
    for body in (text, html):
        assert f"http://localhost:8000{PATH}" in body and "Ringgaden 1" in body
    assert mail["From"].addresses[0].display_name == f"{world.organization.name} via ConBillet"
    assert mail["Reply-To"] == world.organization.email


@pytest.mark.proves("use.services")
def test_one_click_to_leave_as_rfc_8058_has_it(world):
    _ready, mail = made(an_issue(world.organization))
    assert mail["List-Unsubscribe"] == f"<http://localhost:8000{PATH}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] and mail["Precedence"] == "bulk"


def loads_or_follows(html: str, allowed: set[str]) -> list[str]:
    """What a mail would load, or links that lead elsewhere than the sender wrote."""
    found = re.findall(r"<(?:img|link|script|iframe|object|embed|video|audio|source|input|form|base)\b", html, re.IGNORECASE)
    found += re.findall(r"url\(|@import|\bbackground=|\bsrc=|\bsrcset=", html, re.IGNORECASE)
    return found + [one for one in LINK.findall(html) if one.replace("&amp;", "&") not in allowed]


ALLOWED = {f"http://localhost:8000{PATH}", "http://localhost:8000/policy/", "https://example.org/nyt?a=1&b=2"}


@pytest.mark.proves("use.services")
def test_nothing_is_loaded_and_no_link_leads_over_us(world):
    issue = an_issue(world.organization, on_web=False, text_da="![x](//spy.example/p.gif) <img src=https://spy.example/q.gif>\n\n[nyt](https://example.org/nyt?a=1&b=2)")
    _ready, mail = made(issue)
    text, html = bodies(mail)
    words = "&lt;img src=https://spy.example/q.gif&gt;"  # shown as it was typed, which loads nothing
    assert words in html and "img" not in re.findall(r"<(\w+)", html)
    assert loads_or_follows(html.replace(words, ""), ALLOWED) == []
    assert len(list(mail.walk())) == 3  # no attachment, no picture inside


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="https://conbillet.example/open/7.gif" width="1">',
        '<a href="http://localhost:8000/click/?to=https://example.org/nyt">nyt</a>',
        '<p style="background:url(https://conbillet.example/o.gif)">',
        '<a href="https://example.org/nyt?a=1&amp;b=2&amp;who=7">nyt</a>',
    ],
)
def test_planted_a_pixel_or_a_rewritten_link_is_noticed(planted):
    assert loads_or_follows(planted, ALLOWED)


def test_markup_of_the_writer_stays_words(world):
    issue = an_issue(world.organization, subject_da="<b>Hej</b> & =HYPERLINK(1)", text_da="<script>alert(1)</script> [x](javascript:alert(1))")
    _ready, mail = made(issue)
    text, html = bodies(mail)
    assert mail["Subject"] == "<b>Hej</b> & =HYPERLINK(1)"
    assert "<script" not in html and "<b>" not in html and 'href="javascript' not in html
    assert "&lt;b&gt;Hej&lt;/b&gt;" in html and "<b>Hej</b>" in text


def test_letters_from_right_to_left_stay_and_what_turns_the_line_goes(world):
    issue = an_issue(world.organization, subject_da="שלום\u202egnp.exe \u2066مرحبا\u2069")
    _ready, mail = made(issue)
    assert mail["Subject"] == "שלום gnp.exe مرحبا"


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_no_header_can_be_added(world, line_end):
    world.organization.name = f"Foreningen{line_end}Bcc: offer@example.com"
    issue = an_issue(world.organization, subject_da=f"Hej{line_end}Bcc: offer@example.com{line_end}{line_end}<p>")
    issue.organization = world.organization
    ready, mail = made(issue)
    head = ready.content.split(b"\r\n\r\n", 1)[0]
    assert mail["Bcc"] is None and b"\nBcc:" not in head
    assert set(mail.keys()) == {
        "To", "Message-ID", "Date", "List-Unsubscribe", "List-Unsubscribe-Post", "From", "Reply-To", "Subject",
        "Content-Language", "List-Id", "Precedence", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize("email", ["a@b.dk\r\nBcc: c@d.dk", "a b@c.dk", "<a@b.dk>", "a@b.dk,c@d.dk", "", "a", "æ@b.dk", "a@b.dk\x00"])
def test_an_address_that_is_none_is_refused(world, email):
    with pytest.raises(BadAddress):
        made(an_issue(world.organization), email=email)


def test_a_danish_domain_is_written_in_ascii(world):
    ready, _mail = made(an_issue(world.organization), email="bo@sø.dk")
    assert ready.recipient == "bo@xn--s-5ga.dk"


def test_no_line_is_long_and_a_long_word_arrives_whole(world):
    word = "æ" * 5000 + "." + "x" * 3000
    ready, mail = made(an_issue(world.organization, subject_da="Å" * 150, text_da=f"{word}\n\n.\n\nFrom here"))
    head, body = ready.content.split(b"\r\n\r\n", 1)
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert max(len(line) for line in head.split(b"\r\n")) < 200
    assert b"\n" not in ready.content.replace(b"\r\n", b"")
    text, _html = bodies(mail)
    assert word in text and "\n.\n" in text and "\nFrom here\n" in text and mail["Subject"] == "Å" * 150


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(max_size=200), st.text(max_size=150), st.text(max_size=60))
def test_whatever_is_written_is_one_mail_and_arrives(world, text, subject, name):
    world.organization.name = name
    issue = Issue(reference="ABCDEFGH1234", organization=world.organization, subject_da=one_line(subject), text_da=text, updated_at=world.organization.created_at)
    ready, mail = made(issue, now=world.organization.created_at)
    assert mail.get_content_type() == "multipart/alternative" and len(list(mail.walk())) == 3
    assert not mail.defects and mail["To"] == "a@example.com"
    assert mail["Subject"].split() == one_line(subject).split()
    plain, html = bodies(mail)
    assert PATH in plain and PATH in html and html.rstrip().endswith("</html>")


def test_links_that_lead_nowhere_from_a_mail_are_found():
    assert lost_links("[a](/my/) [b](https://example.org/) [c](mailto:a@b.dk) [d](side.html)") == ["/my/", "side.html"]


def test_the_address_of_leaving_says_nothing_and_cannot_be_guessed(world):
    one, two = say("ada@example.com", world.organization), say("bo@example.com", world.organization)
    keys = {consent_key(one), consent_key(two)}
    assert len(keys) == 2 and all(re.fullmatch(r"[0-9a-f]{32}", key) for key in keys)
    send_all(start(an_issue(world.organization)))
    for mail in received():
        link = mail["List-Unsubscribe"]
        assert "ada" not in link and "@" not in link and str(one.pk) not in re.sub(r"[0-9a-zA-Z]{12,}", "", link.replace("8000", ""))


def test_a_message_id_that_was_made_up_names_nobody():
    assert recipient_of(message_id(7)) == 7
    assert recipient_of(message_id(7).replace("news-7", "news-8")) is None
    assert recipient_of("<news-7-00000000000000000000@conbillet.example>") is None


def test_each_gets_their_language_and_what_there_is(world):
    issue = an_issue(world.organization, subject_en="News", text_en="Hello")
    say("en@example.com", world.organization, language="en")
    say("da@example.com", world.organization)
    send_all(start(issue))
    assert {str(one["To"]): str(one["Subject"]) for one in received()} == {"en@example.com": "News", "da@example.com": "Nyt fra os"}


def test_html_is_remembered_and_headings_stand_below_the_subject():
    assert "<h3>Hej</h3>" in html_of("# Hej")
