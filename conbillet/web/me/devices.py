"""The devices that somebody is signed in on."""

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from conbillet.accounts.models import Account

# First match wins: Edge and Opera also say Chrome, Chrome also says Safari.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox|FxiOS", "Firefox"), ("SamsungBrowser", "Samsung Internet"), ("Chrome|CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X|Macintosh", "Mac"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True)
class Device:
    id: int
    name: str
    address: str
    since: datetime
    current: bool


def device_name(user_agent: str) -> str:
    """A browser's own description in words: `Firefox, Windows`."""
    parts = [next((name for pattern, name in known if re.search(pattern, user_agent)), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(part for part in parts if part) or _("Unknown device")


def devices_of(account: Account, session_key: str, now: datetime) -> list[Device]:
    """Where the account is signed in, this device first. Two queries, however many devices."""
    rows = list(UserSession.objects.filter(user=account).order_by("-created_at")[:100])
    living = set(
        Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=now).values_list("session_key", flat=True)
    )  # fmt: skip
    found = [
        Device(row.pk, device_name(row.user_agent), row.ip, row.created_at, row.session_key == session_key)
        for row in rows
        if row.session_key in living
    ]
    return sorted(found, key=lambda device: not device.current)


def end_sessions(account: Account, *, but: str = "", only: int | None = None) -> int:
    """Log out devices of the account: all but the session `but`, or only the one with the id `only`; returns how many."""
    rows = UserSession.objects.filter(user=account).exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
