"""The text in a ticket's QR code: which ticket it is, signed, and nothing about a person.

    CB1:01K3QX.7H2M9A4C.XR4T9K2MW7QD.1.<signature>
    │   │      │        │            └ generation: counts up when a ticket is issued anew, so that the old code dies
    │   │      │        └ the ticket's reference
    │   │      └ the event's short id
    │   └ which key signed it
    └ what this is, and the version of this format

Every symbol belongs to QR's alphanumeric mode, which needs 5.5 bits for each; the whole fits a version 6 symbol
(41 modules) with medium error correction. The signature (Ed25519, 64 bytes) is written in Crockford's base32 rather
than base45, which would save seven symbols but contains spaces, dots and slashes. Everything before the last dot is
signed, the prefix included. A valid signature says only that we made the code: whether the ticket still holds, and
whether it was used, the database (or the door's list) decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.core.references import ALPHABET
from conbillet.tickets.keys import SigningKey

PREFIX = "CB1:"
LONGEST = 256
GREATEST_GENERATION = 9999
_SIGNATURE_BYTES = 64
_SIGNATURE_SYMBOLS = 103
_SYMBOL = f"[{ALPHABET}]"
_FIELD = re.compile(f"{_SYMBOL}{{1,26}}")
_CODE = re.compile(
    rf"CB1:(?P<key>{_SYMBOL}{{1,16}})\.(?P<event>{_SYMBOL}{{1,26}})\.(?P<ticket>{_SYMBOL}{{1,26}})"
    rf"\.(?P<generation>[1-9][0-9]{{0,3}})\.(?P<signature>{_SYMBOL}{{{_SIGNATURE_SYMBOLS}}})"
)
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}


class BadCode(Exception):
    """The text is not a code of ours. `message` is fit for the person at the door."""

    message: str | Promise = _("This is not a valid ticket code.")

    def __str__(self) -> str:
        return str(self.message)


class Malformed(BadCode):
    """Not written in this format: another code, or one that was cut or misread."""

    message = _("This is not a ConBillet ticket, or it was read badly. Try again.")


class TooLong(Malformed):
    """Longer than any code of ours."""


class UnknownKey(BadCode):
    """Signed by a key that we do not have: another installation's, a revoked or an invented one."""

    message = _("This ticket was issued by another system, or its key is no longer valid.")


class BadSignature(BadCode):
    """The signature does not belong to the content: somebody made or altered this code."""

    message = _("This ticket code is forged.")


@dataclass(frozen=True)
class TicketCode:
    """What a code says. `event` and `ticket` are references (upper-case Crockford base32, at most 26 symbols)."""

    event: str
    ticket: str
    generation: int

    def __post_init__(self) -> None:
        if not (_FIELD.fullmatch(self.event) and _FIELD.fullmatch(self.ticket)):
            raise ValueError("an event or a ticket in a code is named by its canonical reference")
        if not 1 <= self.generation <= GREATEST_GENERATION:
            raise ValueError(f"a ticket's generation is between 1 and {GREATEST_GENERATION}")


def sign(ticket_code: TicketCode, key: SigningKey) -> str:
    """The code's text, to be drawn as a QR code. The same ticket and key always give the same text."""
    content = f"{PREFIX}{key.key_id}.{ticket_code.event}.{ticket_code.ticket}.{ticket_code.generation}"
    return f"{content}.{_encode(key.private_key.sign(content.encode('ascii')))}"


def verify(text: str, public_keys: Mapping[str, Ed25519PublicKey]) -> TicketCode:
    """What the code says, if one of the keys signed it. Surrounding space and lower case are tolerated, since hand-held
    scanners type what they read. Raises TooLong, Malformed, UnknownKey or BadSignature (all of them BadCode)."""
    if len(text) > LONGEST:
        raise TooLong
    stripped = text.strip()
    match = _CODE.fullmatch(stripped.upper()) if stripped.isascii() else None
    if match is None:
        raise Malformed
    key = public_keys.get(match["key"])
    if key is None:
        raise UnknownKey
    try:
        key.verify(_decode(match["signature"]), stripped.upper().rpartition(".")[0].encode("ascii"))
    except InvalidSignature:
        raise BadSignature from None
    return TicketCode(match["event"], match["ticket"], int(match["generation"]))


def _encode(signature: bytes) -> str:
    number = int.from_bytes(signature, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (_SIGNATURE_SYMBOLS - 1), -1, -5))


def _decode(symbols: str) -> bytes:
    number = 0
    for symbol in symbols:
        number = number << 5 | _VALUES[symbol]
    try:
        return number.to_bytes(_SIGNATURE_BYTES, "big")
    except OverflowError:
        # 103 symbols have three bits more than a signature: only zeros there, so that each code has one text.
        raise Malformed from None
