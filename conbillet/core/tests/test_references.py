import pytest
from hypothesis import given
from hypothesis import strategies as st

from conbillet.core import references
from conbillet.core.references import ALPHABET, BadReference, new_reference, normalise, pretty


def test_new_references_are_canonical_and_do_not_repeat():
    made = {new_reference() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(one) == 12 and normalise(one) == one for one in made)


@pytest.mark.asvs("11.5.1")
def test_every_symbol_occurs_about_equally_often():
    text = "".join(new_reference(32) for _ in range(1000))
    assert {symbol for symbol in ALPHABET if 800 < text.count(symbol) < 1200} == set(ALPHABET)


@pytest.mark.parametrize("length", [0, 7, 65])
def test_a_reference_that_could_be_guessed_is_not_made(length):
    with pytest.raises(ValueError, match="symbols"):
        new_reference(length)


@pytest.mark.parametrize(
    "typed",
    ["7K3M-9QXD-20TA", "7k3m 9qxd 2ota", " 7K3M–9QXD—2OTA ", "7k3m.9qxd_20ta\n", "7K3M\u00a09QXD\u202f2oTA"],
)
def test_what_people_type_is_understood(typed):
    assert normalise(typed) == "7K3M9QXD20TA"


def test_look_alikes_are_read_as_digits():
    assert normalise("oOiIlL01") == "00111101"


@pytest.mark.parametrize(
    "typed", ["", " - ", "7K3M-9QXU", "7K3M/9QXD", "ÆØÅ12345", "ıııı", "ſſſſ", "١٢٣٤", "A" * 65, " " * 300]
)
def test_what_cannot_be_a_reference_is_refused_in_plain_words(typed):
    with pytest.raises(BadReference, match=r"\w+"):
        normalise(typed)


@given(st.text(alphabet=ALPHABET, min_size=1, max_size=64))
def test_the_pretty_form_reads_back(reference):
    assert normalise(pretty(reference)) == reference
    assert normalise(pretty(reference).lower()) == reference
    assert all(len(group) <= 4 for group in pretty(reference).split("-"))


def test_planted_bug_upper_before_the_ascii_check_would_accept_foreign_letters(monkeypatch):
    """The twin: with the check after upper(), `ſ` becomes S and two texts mean one ticket."""
    assert "ſ".upper() == "S"
    assert set("ſſſſ".upper()) <= set(references.ALPHABET)
