"""Names of people, as they are typed: letters of every script, and nothing that turns into a link or turns text around.

A name ends up in mails, on tickets and on screens at the door. Control characters, marks that change the direction of
the text, links and over-long input are refused; spaces are collapsed; the rest is kept as it was written (NFC).
"""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

LONGEST = 120

# Letters, marks, numbers. Names also have apostrophes, hyphens, dots, commas, brackets, slashes and ampersands.
_KINDS = {"L", "M", "N"}
_PUNCTUATION = set("'’‘`´ʼ-‐‑–.,()/&!\"“”·־׳״ ")
# Joiners that some scripts need inside words (Persian, Sinhala …); invisible, but they turn nothing around.
_JOINERS = {"\u200c", "\u200d"}
# Mail programs make a link of these without being asked.
_LINK = re.compile(r"://|\bhttps?\b|\bwww\.|@|\b[a-z0-9-]+\.[a-z]{2,}(?:/|\b)")


class BadName(ValueError):
    """A text that cannot be a person's name. The message says why, fit for the visitor."""


def clean_name(text: str, *, longest: int = LONGEST) -> str:
    """The name as we keep it; empty stays empty. Raises BadName."""
    if len(text) > 20 * longest:
        raise BadName(_too_long(longest))
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > longest:
        raise BadName(_too_long(longest))
    if _LINK.search(name):
        raise BadName(_("A name cannot hold a link or an e-mail address."))
    for character in name:
        if (
            unicodedata.category(character)[0] not in _KINDS
            and character not in _PUNCTUATION
            and character not in _JOINERS
        ):
            raise BadName(_("A name can only have letters, numbers, spaces and ordinary signs such as - ' and ."))
    if name and not any(unicodedata.category(character)[0] == "L" for character in name):
        raise BadName(_("A name needs at least one letter."))
    return name


def _too_long(longest: int) -> str:
    return _("A name can have at most %(longest)s characters.") % {"longest": longest}
