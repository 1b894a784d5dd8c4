"""The small HTTP server, the escaping, the texts, and that nothing drags Django in."""

import socket
import subprocess
import sys

import pytest

from conbillet.demo import pages
from conbillet.demo.fake_stripe import texts as stripe_texts
from conbillet.demo.fake_stripe.errors import ApiError
from conbillet.demo.fake_stripe.params import decode
from conbillet.demo.http import MAX_BODY
from conbillet.demo.mail_catcher import texts as mail_texts
from conbillet.demo.testing import FakeStripe, call


@pytest.mark.parametrize("module", ["fake_stripe.__main__", "mail_catcher.__main__", "testing"])
def test_neither_program_needs_django(module: str) -> None:
    code = f"import sys, conbillet.demo.{module}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_escaping_is_the_rule() -> None:
    page = pages.el("p", "<b>", pages.el("i", '"&'), title='"><script>', href="javascript:alert(1)")
    assert page == '<p title="&quot;&gt;&lt;script&gt;" href="#">&lt;b&gt;<i>&quot;&amp;</i></p>'


def test_markup_that_says_it_is_markup_passes() -> None:
    # The twin of the test above: without it, escaping everything twice would pass too.
    assert pages.el("p", pages.Html("<b>x</b>")) == "<p><b>x</b></p>"


@pytest.mark.parametrize(
    ("amount", "danish", "english"),
    [(123450, "1.234,50 kr.", "DKK 1,234.50"), (0, "0,00 kr.", "DKK 0.00"), (-500, "−5,00 kr.", "−DKK 5.00")],
)
def test_money(amount: int, danish: str, english: str) -> None:
    assert (pages.money(amount, "dkk", "da"), pages.money(amount, "dkk", "en")) == (danish, english)


def test_every_text_is_there_in_both_languages() -> None:
    for table in (stripe_texts.TEXTS, mail_texts.TEXTS):
        for key, pair in table.items():
            assert len(pair) == 2 and all(part.strip() for part in pair), key


def test_nested_parameters() -> None:
    pairs = [("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("e[]", "x"), ("e[]", "y"), ("m[0a]", "z")]
    assert decode(pairs) == {"a": {"b": [{"c": "1"}, {"c": "2"}]}, "e": ["x", "y"], "m": {"0a": "z"}}


@pytest.mark.parametrize(
    "pairs", [[("a", "1"), ("a[b]", "2")], [("a[b]", "1"), ("a", "2")], [("[]" * 9, "1")], [("", "1")]]
)
def test_contradicting_parameters_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ApiError):
        decode(pairs)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nbroken\r\n\r\n", b"400"),
        (b"POST /v1/refunds HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /v1/refunds HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /v1/refunds HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1), b"413"),
        (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n", b"400"),
        (b"PUT / HTTP/1.1\r\n\r\n", b"405"),
        (b"GET /nowhere HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /_control/faults HTTP/1.1\r\nContent-Length: 1\r\n\r\n[", b"400"),
        (b"POST /v1/refunds HTTP/1.1\r\nContent-Length: 3\r\n\r\n\xff\xfe=", b"401"),
    ],
)
def test_unreadable_requests_get_an_answer(fake_stripe: FakeStripe, sent: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", fake_stripe.port), timeout=5) as connection:
        connection.sendall(sent)
        assert connection.recv(200).split()[1] == status
    assert call(fake_stripe.port, "GET", "/_control/health") == {"ok": True}
