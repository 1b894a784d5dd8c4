"""Event cards: what the lists of events show."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from conbillet.catalogue.models import Event
from conbillet.catalogue.pictures import renditions
from conbillet.organizations.models import Organization
from conbillet.web.templatetags.texts import text


@dataclass(frozen=True)
class Picture:
    """Addresses for `src` and `srcset`; `alt` in the words of the association."""

    url: str
    srcset: str
    alt: str


def picture_of(event: Event) -> Picture | None:
    found = renditions(str(event.picture or ""))
    if not found:
        return None
    srcset = ", ".join(f"/media/{name} {width}w" for name, width in found)
    return Picture(f"/media/{found[-1][0]}", srcset, event.picture_alt)


@dataclass(frozen=True)
class Card:
    """`badge` is a pair of kind and text code for the template; `from_amount` in øre, None when nothing costs anything."""

    slug: str
    organization: Organization
    name: str
    tagline: str
    url: str
    starts_on: date
    ends_on: date
    place: str
    kind: str
    picture: Picture | None
    from_amount: int | None
    status: str


def card(event: Any, *, today: date) -> Card:
    """A card of an event as `catalogue.listings` reads it, with its annotations."""
    place = ", ".join(part for part in (event.venue, event.city) if part)
    return Card(
        slug=event.slug,
        organization=event.organization,
        name=event.name,
        tagline=text(event, "tagline"),
        url=f"/{event.organization.slug}/{event.slug}/",
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        place=place,
        kind=event.get_kind_display(),
        picture=picture_of(event),
        from_amount=event.from_amount,
        status=_status(event, today),
    )


def _status(event: Any, today: date) -> str:
    if event.state == Event.State.CANCELLED:
        return "cancelled"
    if event.ends_on < today:
        return "over"
    if event.state == Event.State.CLOSED:
        return "closed"
    if event.sells_tickets and not event.has_tickets_left:
        return "sold_out"
    return "now" if event.starts_on <= today else ""
