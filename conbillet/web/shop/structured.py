"""The event for machines: schema.org data for search engines, and a calendar entry."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from conbillet.catalogue.availability import Level
from conbillet.catalogue.markdown import plain
from conbillet.catalogue.models import Event
from conbillet.catalogue.pictures import shared_rendition
from conbillet.catalogue.queries import EventPage
from conbillet.catalogue.rules import product_name
from conbillet.core.clock import COPENHAGEN
from conbillet.web.templatetags.texts import text

_AVAILABILITY = {
    Level.MANY: "InStock",
    Level.FEW: "LimitedAvailability",
    Level.HELD: "LimitedAvailability",
    Level.SOLD_OUT: "SoldOut",
    Level.NOT_YET: "PreOrder",
}


def event_url(event: Event) -> str:
    """The event's whole address, from the settings and never from what a request claims."""
    return f"{settings.CONBILLET_BASE_URL}/{event.organization.slug}/{event.slug}/"


def shared_picture_url(event: Event) -> str:
    name = shared_rendition(str(event.picture or ""))
    return f"{settings.CONBILLET_BASE_URL}/media/{name}" if name else ""


def summary(event: Event) -> str:
    """One or two sentences: the tagline, or else the beginning of the description."""
    found = text(event, "tagline") or plain(text(event, "description"))
    return found if len(found) <= 200 else found[:199].rsplit(" ", 1)[0] + "…"


def structured_data(page: EventPage) -> SafeString:
    """The event as schema.org/Event, in JSON that can stand inside a script element.

    A data block is not executed, so the content security policy lets it be; `<` is escaped so that it cannot end early.
    """
    event, organization = page.event, page.organization
    state = "EventCancelled" if event.state == Event.State.CANCELLED else "EventScheduled"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.name,
        "url": event_url(event),
        "startDate": _start(event),
        "endDate": event.ends_on.isoformat(),
        "eventStatus": f"https://schema.org/{state}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "description": summary(event),
        "organizer": {
            "@type": "Organization",
            "name": organization.name,
            "url": f"{settings.CONBILLET_BASE_URL}/{organization.slug}/",
        },
        "offers": [
            {
                "@type": "Offer",
                "name": product_name(one.product),
                "price": f"{one.amount / 100:.2f}",
                "priceCurrency": "DKK",
                "url": event_url(event),
                "availability": f"https://schema.org/{_AVAILABILITY.get(one.availability.level, 'Discontinued')}",
            }
            for one in page.products
            if one.product.admits
        ],
    }
    if event.venue or event.city:
        address = {
            "streetAddress": event.street,
            "postalCode": event.postcode,
            "addressLocality": event.city,
            "addressCountry": "DK",
        }
        data["location"] = {
            "@type": "Place",
            "name": event.venue or event.city,
            "address": {"@type": "PostalAddress", **address},
        }
    if event.picture:
        data["image"] = [shared_picture_url(event)]
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S308  made by us, every value escaped


def _start(event: Event) -> str:
    if event.opens_at is None:
        return event.starts_on.isoformat()
    return datetime.combine(event.starts_on, event.opens_at, COPENHAGEN).isoformat(timespec="minutes")


def calendar_entry(event: Event, *, now: datetime) -> str:
    """An iCalendar file (RFC 5545) with the event as whole days."""
    place = ", ".join(part for part in (event.venue, event.street, f"{event.postcode} {event.city}".strip()) if part)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ConBillet//ConBillet//DA",
        "BEGIN:VEVENT",
        f"UID:{event.reference}@conbillet",
        f"SEQUENCE:{event.version}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.starts_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.ends_on + timedelta(days=1):%Y%m%d}",  # exclusive
        f"SUMMARY:{_escaped(event.name)}",
        f"LOCATION:{_escaped(place)}",
        f"DESCRIPTION:{_escaped(summary(event))}",
        f"URL:{event_url(event)}",
        f"STATUS:{'CANCELLED' if event.state == Event.State.CANCELLED else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets; a continuation starts with a space. Never inside a letter."""
    parts, rest = [], line
    while len(rest.encode()) > 73:
        cut = 73
        while len(rest[:cut].encode()) > 73:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*parts, rest])
