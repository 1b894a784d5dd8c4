"""Reading a mail: plain text first, HTML reduced, files apart, machines noticed; and nothing that comes in breaks it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conbillet.mail.html_text import text_of_html
from conbillet.mail.incoming import LONGEST_TEXT, read
from conbillet.support.attachments import MOST_FILES, take
from conbillet.support.guess import kind_of, language_of
from conbillet.support.models import Case
from tests.inbox.letters import letter, picture


def test_plain_text_is_preferred():
    mail = read(letter("Tekst med æøå", html="<p>HTML</p>"))
    assert mail.text == "Tekst med æøå" and mail.parts == ()
    assert (mail.sender, mail.sender_name, mail.subject) == ("bo@example.com", "Bo Bang", "Billet væk")
    assert mail.message_id == "<1@example.com>" and mail.automatic == ""


def test_html_alone_is_reduced_to_its_words():
    html = (
        "<html><head><title>nej</title><style>p{color:red}</style></head><body><h1>Hej</h1><p>Jeg&nbsp;vil <b>gerne</b>"
        " slettes.</p><script>alert(1)</script><ul><li>Et</li><li>To</li></ul>"
        '<a href="https://example.com/x">her</a><a href="javascript:x()">der</a></body></html>'
    )
    text = read(letter("", html=html)).text
    assert text == "Hej\n\nJeg vil gerne slettes.\n\n- Et\n- To\n\nher <https://example.com/x>der"


@pytest.mark.parametrize(
    "html", ["<p>a", "</p></p>", "<script>alert(1)", "<a href>x</a>", "<!-- <p>x", "<![CDATA[x", "&#0;&#x110000;"]
)
def test_broken_html_is_read_as_far_as_it_goes(html):
    assert "alert" not in text_of_html(html)


def test_a_long_mail_is_cut_and_strange_characters_go():
    assert len(read(letter("x" * 50_000)).text) == LONGEST_TEXT
    assert read(letter("a\x00b\x08c\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"))).text == "abc😀"


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto-submitted"),
        ({"Auto_Submitted": "auto-generated; owner-email=x"}, "auto-submitted"),
        ({"Precedence": "bulk"}, "precedence"),
        ({"Precedence": " Auto_Reply "}, "precedence"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"X_Autoreply": "yes"}, "x-autoreply"),
        ({"List_Unsubscribe": "<https://example.com>"}, "list-unsubscribe"),
        ({"Auto_Submitted": "no"}, ""),
        ({"Precedence": "first-class"}, ""),
    ],
)
def test_machines_are_noticed(headers, why):
    assert read(letter(**headers)).automatic == why


def test_answers_go_where_the_sender_wants_them():
    assert read(letter(Reply_To="svar@example.com")).sender == "svar@example.com"
    assert read(letter(sender="ikke en adresse")).sender == ""
    assert read(letter(sender='"Bo <x@y.dk>" <bo@example.com>')).sender_name == ""


def test_without_an_id_a_mail_is_known_by_its_bytes():
    one, same, other = letter(message_id=None), letter(message_id=None), letter("Andet", message_id=None)
    assert read(one).key == read(same).key != read(other).key
    assert read(letter("a")).key == read(letter("b")).key, "the id counts, where there is one"


def test_pictures_are_drawn_anew_and_carry_nothing():
    (taken,) = take(read(letter(files=(("foto.jpg", "image/jpeg", picture()),))).parts)
    assert taken.kind == "image/jpeg" and taken.content[:2] == b"\xff\xd8" and not taken.refused
    assert b"hemmeligt" not in taken.content


@pytest.mark.parametrize(
    ("name", "kind", "content", "why"),
    [
        ("kontrakt.pdf", "application/pdf", b"%PDF-1.7", "kind"),
        ("program.exe", "application/octet-stream", b"MZ", "kind"),
        ("falsk.jpg", "image/jpeg", b"<script>alert(1)</script>", "kind"),
        ("halv.jpg", "image/jpeg", picture(400, 400)[:400], "broken"),
        ("tegning.svg", "image/svg+xml", b"<svg onload='x()'/>", "kind"),
        ("stor.txt", "text/plain", b"x" * (8 * 1024 * 1024 + 1), "size"),
        ("bombe.png", "image/png", picture(9000, 9000, "PNG"), "size"),
    ],
)
def test_what_is_not_taken_says_why(name, kind, content, why):
    (taken,) = take(read(letter(files=((name, kind, content),))).parts)
    assert (taken.refused, taken.content, taken.name) == (why, None, name)


def test_only_so_many_files():
    files = tuple((f"{number}.txt", "text/plain", b"hej") for number in range(MOST_FILES + 2))
    assert [one.refused for one in take(read(letter(files=files)).parts)] == [""] * MOST_FILES + ["number"] * 2


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Jeg vil gerne have indsigt i mine oplysninger", Case.Kind.INSIGHT),
        ("Subject access request", Case.Kind.INSIGHT),
        ("Slet mig venligst", Case.Kind.DELETION),
        ("Jeg vil gerne have min konto slettet og få slettet alt", Case.Kind.DELETION),
        ("Please delete my account", Case.Kind.DELETION),
        ("Det virker slet ikke!", Case.Kind.OTHER),
        ("Hvor er mine billetter?", Case.Kind.TICKET),
        ("Kan jeg få pengene tilbage?", Case.Kind.REFUND),
    ],
)
def test_a_first_sorting_by_words(words, kind):
    assert kind_of("", words) == kind


@pytest.mark.parametrize(
    ("text", "language"), [("Hej, jeg kan ikke se det", "da"), ("Hi, I can not see it", "en"), ("Ok", "da")]
)
def test_the_language_of_the_answer(text, language):
    assert language_of("", text) == language


HEADER = st.sampled_from(
    [b"From: ", b"Subject: =?utf-8?b?", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"Message-ID: <", b"\n\n",
     b"Content-Type: text/html; charset=", b"Content-Transfer-Encoding: base64\n\n", b"To: a@b.dk, <<>>,", b"--x--", b"\r"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(HEADER, st.binary(max_size=60)), max_size=12))
def test_whatever_comes_in_is_read(pieces):
    mail = read(b"".join(pieces))
    mail.text.encode()
    assert mail.key and "\x00" not in mail.text + mail.subject + mail.sender + mail.sender_name
    take(mail.parts)
