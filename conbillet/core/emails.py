"""E-mail addresses that pass for another one: a program that compares without looking at capitals takes them for the same.

`ı` (without its dot) is written `I` in capitals, as `i` is; the long `ſ` becomes an `S`, the sign of Kelvin a `k`, and letters in
full width become ordinary ones. Somebody who owns `gmaıl.com` could prove an address that our database, comparing in capitals,
would take for one at `gmail.com`. No address of anybody's needs such letters; æ, ø, å and their like are no such letters.
"""

import unicodedata


def is_deceptive(address: str) -> bool:
    """Whether a letter of the address turns into an ordinary one when it is compared."""
    return not address.isascii() and any(_turns(letter) for letter in address if not letter.isascii())


def _turns(letter: str) -> bool:
    upper = letter.upper()
    return (
        letter.lower()[0].isascii()
        or (len(upper) == 1 and upper.isascii())
        or unicodedata.normalize("NFKC", letter).isascii()
    )
