"""Addresses of associations: short, readable, and never in the way of our own pages."""

import re

from django.utils.translation import gettext as _

from .models import RESERVED_SLUGS, Organization

SHORTEST, LONGEST = 2, 40
# First words of our own pages, which no association can have. `/office/start/` is where one is started.
OWN_WORDS = RESERVED_SLUGS | {"start", "new", "invitation", "hooks", "demo", "order", "ticket"}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "é": "e", "ü": "u"})


def proposed_slug(name: str) -> str:
    """A free address made of a name: `Foreningen Ålborg Spil` becomes `foreningen-aalborg-spil`."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower().translate(_LETTERS)).strip("-")
    base = words[: LONGEST - 4].strip("-")
    base = base if len(base) >= SHORTEST and base not in OWN_WORDS else f"forening-{base}".strip("-")
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken or slug in OWN_WORDS:
        number += 1
        slug = f"{base}-{number}"
    return slug


def slug_refusal(slug: str) -> str | None:
    """Why this cannot be an association's address, or None."""
    if not SHORTEST <= len(slug) <= LONGEST or not _SLUG.fullmatch(slug):
        return _("An address has 2 to 40 small letters a-z, digits and hyphens.")
    if slug in OWN_WORDS:
        return _("That word is used by our own pages. Choose another address.")
    if Organization.objects.filter(slug=slug).exists():
        return _("Another association has this address. Choose another one.")
    return None
