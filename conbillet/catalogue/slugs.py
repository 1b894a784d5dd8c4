"""Addresses of events: short, readable, and never in the way of the shop's own pages."""

import re

from django.utils.translation import gettext as _

from .models import Event

# Words that pages below an association's or an event's address may use.
RESERVED = frozenset(
    [
        "cart",
        "checkout",
        "order",
        "orders",
        "ticket",
        "tickets",
        "members",
        "membership",
        "about",
        "event",
        "events",
        "new",
        "edit",
        "media",
        "theme",
        "office",
        "door",
        "statistics",
    ]
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "é": "e", "ü": "u"})


def slug_of(name: str) -> str:
    """An address made of a name: `Fastaval 2026` becomes `fastaval-2026`, `Blåbærgrød` `blaabaergroed`."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower().translate(_LETTERS)).strip("-")
    return words[:40].strip("-") or "event"


def slug_refusal(slug: str) -> str | None:
    """Why this cannot be an event's address, or None."""
    if not 2 <= len(slug) <= 40 or not _SLUG.fullmatch(slug):
        return _("An address has 2 to 40 small letters a-z, digits and hyphens.")
    if slug in RESERVED:
        return _("That word is used by our own pages. Choose another address.")
    return None


def free_slug(*, organization_id: int, wanted: str) -> str:
    """`wanted`, or with a number behind it where the association has such an event already."""
    taken = set(
        Event.objects.filter(organization_id=organization_id, slug__startswith=wanted[:36]).values_list(
            "slug", flat=True
        )
    )
    if wanted not in taken and wanted not in RESERVED:
        return wanted
    number = 2
    while f"{wanted[:36].strip('-')}-{number}" in taken:
        number += 1
    return f"{wanted[:36].strip('-')}-{number}"
