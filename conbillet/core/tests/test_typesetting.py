import io
import threading
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conbillet.core import typesetting
from conbillet.core.typesetting import CannotTypeset, compile_pdf, drawable, text_on

TEMPLATES = Path(typesetting.__file__).parent / "tests" / "templates"
PLAIN = TEMPLATES / "plain.typ"


def text_of(pdf: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u200b", "").split())


def test_a_document_is_tagged_accessible_and_has_title_and_language():
    reader = pypdf.PdfReader(io.BytesIO(compile_pdf(PLAIN, {"title": "Prøve", "body": "Æbler på ø"})))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "da"
    assert "/StructTreeRoot" in root
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata.title == "Prøve"


def test_danish_letters_come_out_as_text():
    assert "Rødgrød med fløde, Åse Kjær, ÆØÅ" in text_of(
        compile_pdf(PLAIN, {"title": "t", "body": "Rødgrød med fløde, Åse Kjær, ÆØÅ"})
    )


@pytest.mark.parametrize(
    "text",
    [
        '#import "/etc/passwd"',
        "#panic()",
        '#read("common.typ")',
        "$ sum_(i=1)^n $",
        "*bold* _emph_ `raw` @ref <label>",
        "= Heading // comment /* c */",
        "\\u{41} \\ \\#",
        '"; panic(); "',
        "{{ 7*7 }} ${x}",
        "-- --- ... 'quoted'",
        "]#[",
    ],
)
def test_markup_stays_text(text):
    assert " ".join(text.split()) in text_of(compile_pdf(PLAIN, {"title": text, "body": text}))


def test_planted_bug_a_template_that_evaluates_its_data_runs_code():
    """The twin: with `eval` in the template, the same text is executed."""
    assert "49" in text_of(compile_pdf(TEMPLATES / "careless.typ", {"title": "t", "body": "#(7 * 7)"}))
    assert "49" not in text_of(compile_pdf(PLAIN, {"title": "t", "body": "#(7 * 7)"}))


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Ida 🦊🦊", "Ida □"),
        ("👩‍👩‍👧 x", "□ x"),
        ("\u202eolleh\u202c", "olleh"),
        ("a\u200d\u2066b\ufeff", "ab"),
        ("A\u030ase", "Åse"),
        ("محمد", "□"),
        ("a\x00\x07b\u2028c", "a  b c"),
        ("one\ntwo", "one\ntwo"),
        ("\ud800x", "x"),
        ("❤\ufe0f", "□"),
    ],
)
def test_what_the_fonts_lack_becomes_a_box_and_what_is_invisible_goes(text, drawn):
    assert drawable(text) == drawn


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_can_be_set(text):
    assert compile_pdf(PLAIN, {"title": "t", "body": text}).startswith(b"%PDF")


def test_planted_bug_without_cleaning_an_emoji_stops_the_document(monkeypatch):
    monkeypatch.setattr(typesetting, "drawable", lambda text: text)
    with pytest.raises(CannotTypeset):
        compile_pdf(PLAIN, {"title": "t", "body": "Ida 🦊"})


def test_an_error_does_not_carry_the_data(monkeypatch):
    monkeypatch.setattr(typesetting, "drawable", lambda text: text)
    with pytest.raises(CannotTypeset) as raised:
        compile_pdf(PLAIN, {"title": "t", "body": "🦊"})
    assert "🦊" not in str(raised.value)


def test_very_long_words_can_be_broken_and_still_read():
    word = "x" * 300
    assert "\u200b" in drawable(word)
    assert drawable(word).replace("\u200b", "") == word
    assert drawable("https://conbillet.example/policy/").split("\u200b")[-1] == "policy/"


def test_the_same_document_gives_the_same_bytes():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    first, second = (compile_pdf(PLAIN, {"title": "t", "body": "b"}, created_at=now) for _ in range(2))
    assert first == second


def test_a_template_outside_the_package_is_refused(tmp_path):
    (tmp_path / "x.typ").write_text("= Hi")
    with pytest.raises(CannotTypeset):
        compile_pdf(tmp_path / "x.typ", {"title": "t", "body": "b"})


def test_threads_do_not_disturb_each_other():
    made: dict[int, str] = {}

    def make(number: int) -> None:
        for _ in range(5):
            made[number] = text_of(compile_pdf(PLAIN, {"title": "t", "body": f"nummer {number}"}))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"nummer {number}" in made[number] for number in range(6))


@pytest.mark.parametrize(
    ("colour", "text"), [("#7c3aed", "#ffffff"), ("#facc15", "#000000"), ("#000000", "#ffffff"), ("#FFFFFF", "#000000")]
)
def test_text_on_a_colour_is_readable(colour, text):
    assert text_on(colour) == text


@given(st.integers(0, 0xFFFFFF))
def test_contrast_is_never_below_four_and_a_half(number):
    colour = f"#{number:06x}"
    lighter, darker = sorted((typesetting._luminance(colour), typesetting._luminance(text_on(colour))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "#123456\n", ""])
def test_a_colour_is_nothing_else(colour):
    with pytest.raises(ValueError, match="#rrggbb"):
        text_on(colour)
