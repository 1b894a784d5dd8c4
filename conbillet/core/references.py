"""Public references: unguessable names for orders, tickets and whatever else appears in addresses or on paper.

The alphabet is Crockford's base32 (digits and upper-case letters without I, L, O and U), so that a reference can be
read aloud and typed by somebody at a door. Twelve symbols carry 60 random bits.
"""

import hmac
import secrets

from django.utils.translation import gettext_lazy as _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST = 64
_GROUP = 4
_SYMBOL_OF_BYTE = ALPHABET.encode() * (256 // len(ALPHABET))
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
# What people put between groups: spaces of all kinds, hyphens and the dashes that word processors make of them.
_SEPARATORS = dict.fromkeys(map(ord, " \t\r\n-_.\u00a0\u2007\u202f\u2010\u2011\u2012\u2013\u2014\u2212"))


class BadReference(ValueError):
    """The text cannot be a reference, however generously it is read. `message` is fit for the visitor."""

    message = _("This is not a valid code. Codes have only digits and letters, in groups of four.")

    def __str__(self) -> str:
        return str(self.message)


def new_reference(length: int = 12) -> str:
    """A fresh random reference of `length` symbols (five bits each), in canonical form. At least 8 symbols."""
    if not 8 <= length <= LONGEST:
        raise ValueError(f"a reference has between 8 and {LONGEST} symbols, not {length}")
    # A byte has eight times as many values as there are symbols, so every symbol is equally likely.
    return secrets.token_bytes(length).translate(_SYMBOL_OF_BYTE).decode()


def normalise(text: str) -> str:
    """The canonical reference that somebody meant by `text`: upper case, no separators, O read as 0, I and L as 1.

    Raises BadReference for anything that holds other symbols, is empty or is longer than a reference can be.
    """
    if len(text) > 4 * LONGEST:
        raise BadReference
    # ASCII is checked before upper(), which would turn other scripts' letters (ı, ſ) into ours.
    bare = text.translate(_SEPARATORS)
    if not bare.isascii():
        raise BadReference
    canonical = bare.upper().translate(_LOOK_ALIKES)
    if not 0 < len(canonical) <= LONGEST or not set(canonical) <= set(ALPHABET):
        raise BadReference
    return canonical


def pretty(reference: str) -> str:
    """The reference as people read it: groups of four with hyphens, `7K3M-9QXD-2VTA`."""
    return "-".join(reference[at : at + _GROUP] for at in range(0, len(reference), _GROUP))


def same_secret(given: str, kept: str) -> bool:
    """Whether a visitor's text is the secret, in a time that tells nothing. `given` may be any text."""
    return hmac.compare_digest(given.encode(errors="replace"), kept.encode())
