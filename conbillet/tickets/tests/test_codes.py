import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from conbillet.core.references import ALPHABET, new_reference
from conbillet.tickets import codes
from conbillet.tickets.codes import BadCode, BadSignature, Malformed, TicketCode, TooLong, UnknownKey, sign, verify
from conbillet.tickets.keys import SigningKey

KEY = SigningKey("01ABCD", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = SigningKey("02WXYZ", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
PUBLIC = {KEY.key_id: KEY.private_key.public_key(), OTHER.key_id: OTHER.private_key.public_key()}
CODE = TicketCode(event="7H2M9A4C", ticket="XR4T9K2MW7QD", generation=1)
TEXT = sign(CODE, KEY)
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

references = st.text(alphabet=ALPHABET, min_size=1, max_size=26)


def test_a_code_reads_back():
    assert verify(TEXT, PUBLIC) == CODE
    assert TEXT.startswith("CB1:01ABCD.7H2M9A4C.XR4T9K2MW7QD.1.")


@given(references, references, st.integers(1, 9999))
def test_every_code_reads_back_and_suits_the_alphanumeric_mode(event, ticket, generation):
    code = TicketCode(event, ticket, generation)
    text = sign(code, OTHER)
    assert verify(text, PUBLIC) == code
    assert set(text) <= QR_ALPHANUMERIC
    assert len(text) <= codes.LONGEST


def test_an_ordinary_code_fits_a_symbol_of_41_modules():
    """Version 6 with medium correction holds 154 alphanumeric symbols (ISO/IEC 18004, table 7)."""
    assert len(sign(TicketCode(new_reference(12), new_reference(12), 9999), KEY)) <= 154


@pytest.mark.parametrize("typed", [TEXT.lower(), f"  {TEXT}\r\n", f"\t{TEXT.title()} "])
def test_what_a_hand_held_scanner_types_is_tolerated(typed):
    assert verify(typed, PUBLIC) == CODE


@pytest.mark.parametrize("at", range(len(TEXT)))
def test_any_altered_symbol_is_noticed(at):
    for symbol in "0Z9.A":
        altered = TEXT[:at] + symbol + TEXT[at + 1 :]
        if altered != TEXT:
            with pytest.raises(BadCode):
                verify(altered, PUBLIC)


@pytest.mark.parametrize("length", range(0, len(TEXT), 7))
def test_a_cut_code_is_malformed(length):
    with pytest.raises(Malformed):
        verify(TEXT[:length], PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/",
        "CB2:" + TEXT[4:],
        TEXT + ".A",
        TEXT + "A",
        TEXT.replace(".1.", ".0."),
        TEXT.replace(".1.", ".01."),
        TEXT.replace(".1.", ".1_0."),
        TEXT.replace(".1.", ".10000."),
        TEXT.replace(".1.", ".١."),
        TEXT.replace("A", "\uff21"),
        TEXT.replace("CB1", "CB1\n"),
        "\x00" + TEXT,
    ],
)
def test_other_texts_are_malformed(text):
    with pytest.raises(Malformed):
        verify(text, PUBLIC)


def test_a_long_text_is_refused_before_anything_else():
    with pytest.raises(TooLong):
        verify(TEXT + "A" * 10_000_000, PUBLIC)


@pytest.mark.asvs("9.1.3")
def test_an_unknown_key_is_named_as_such():
    with pytest.raises(UnknownKey):
        verify(TEXT, {OTHER.key_id: PUBLIC[OTHER.key_id]})


@pytest.mark.asvs("9.1.1", "9.2.3", "11.6.1")
def test_a_signature_by_another_key_or_for_another_ticket_is_bad():
    with pytest.raises(BadSignature):
        verify(TEXT.replace(KEY.key_id, OTHER.key_id), PUBLIC)
    for forged in [("7H2M9A4C", "7H2M9A4D"), ("XR4T", "XR4V"), (".1.", ".2.")]:
        with pytest.raises(BadSignature):
            verify(TEXT.replace(*forged), PUBLIC)


def test_moving_symbols_between_fields_breaks_the_signature():
    with pytest.raises(BadSignature):
        verify(TEXT.replace("7H2M9A4C.XR4T", "7H2M9A4CX.R4T"), PUBLIC)


def test_a_signature_has_one_text_only():
    signature = TEXT.rpartition(".")[2]
    assert signature[0] in "0123"
    overflowing = ALPHABET[ALPHABET.index(signature[0]) + 8] + signature[1:]
    with pytest.raises(Malformed):
        verify(TEXT.replace(signature, overflowing), PUBLIC)


def test_planted_bug_a_verifier_that_swallows_the_error_would_admit_a_forgery():
    class Careless:
        def __init__(self, key):
            self.key = key

        def verify(self, signature, content):
            try:
                self.key.verify(signature, content)
            except InvalidSignature:
                return

    forged = TEXT.replace("XR4T", "XR4V")
    assert verify(forged, {KEY.key_id: Careless(PUBLIC[KEY.key_id])}).ticket == "XR4V9K2MW7QD"
    with pytest.raises(BadSignature):
        verify(forged, PUBLIC)


@pytest.mark.parametrize(
    "wrong",
    [("", "XR4T", 1), ("7h2m", "XR4T", 1), ("7H2M", "Åse Ørsted", 1), ("7H2M", "X" * 27, 1), ("7H2M", "XR4T", 0)],
)
def test_nothing_but_references_goes_into_a_code(wrong):
    with pytest.raises(ValueError, match=r"reference|generation"):
        TicketCode(*wrong)


@pytest.mark.parametrize("problem", [Malformed, TooLong, UnknownKey, BadSignature])
def test_every_refusal_has_words_for_the_door(problem):
    assert len(str(problem())) > 20
