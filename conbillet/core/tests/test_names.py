"""Names: what people are called passes, what would harm a reader does not."""

import pytest

from conbillet.core.names import BadName, clean_name


@pytest.mark.parametrize(
    "name",
    [
        "Åse Ø. Sørensen-Holm", "José Mª Núñez", "O'Brien", "D’Angelo", "李小龍", "Владимир Ильич", "محمد علي", "יוסף", "สมชาย", "Ngô Đình Diệm",
        "Anne (Anni) Holm", "J.R. Smith", "Martin Luther King, Jr.", "Elizabeth 2", "می\u200cخواهم", "A.B. Hansen",
    ],
)  # fmt: skip
def test_people_may_be_called(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "Bodil\u202eliveB", "a\u2066b", "Bo\u200fdil", "Bo\x00dil", "Bo\x1b[31m", "\u200bBo", "http://evil.example", "se https her", "www.evil.dk", "evil.com",
        "vind på evil.dk/x", "bo@example.com", "<b>Bo</b>", "x" * 121, "12345", "...", "=1+1;A", "Bo\ud800",
    ],
)  # fmt: skip
def test_nobody_is_called(text):
    with pytest.raises(BadName):
        clean_name(text)


def test_spaces_are_collapsed_and_letters_composed():
    assert clean_name("  Bodil \u00a0\n A\u030age ") == "Bodil Åge"


def test_empty_stays_empty_and_limits_are_the_callers():
    assert clean_name(" ") == ""
    with pytest.raises(BadName, match="60"):
        clean_name("x" * 61, longest=60)
