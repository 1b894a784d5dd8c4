"""The table of cookies: which there are comes from the data map, how we say it stands here."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conbillet.core.data_map import data_map

_ROBOT = _("When CloudFlare is switched on and looks for robots.")
_PAYING = _("On Stripe's own page, when you have gone there to pay.")
_FRAUD = _("A random number that helps Stripe to detect fraud.")
# name: (what for, when it is set)
TEXTS: dict[str, tuple[Any, Any]] = {
    "login": (
        _("Keeps track of your login, your cart, your language and the protection of forms. Holds a random key."),
        _("When you put something in the cart, choose a language, open a form that needs it, or log in."),
    ),
    "consent": (
        _("Remembers your answer about cookies. Holds a random number and the answer."),
        _("When you answer the question below."),
    ),
    "support": (
        _("Finds back to your own conversation in the chat. Holds a random key."),
        _("When you send your first message in the chat."),
    ),
    "__cf_bm": (_("CloudFlare's sealed judgement of whether this is a robot."), _ROBOT),
    "cf_clearance": (_("Remembers that you have shown CloudFlare that you are no robot."), _ROBOT),
    "__stripe_mid": (_FRAUD, _PAYING),
    "__stripe_sid": (_FRAUD, _PAYING),
    "m": (_FRAUD, _PAYING),
}


@dataclass(frozen=True)
class CookieRow:
    name: str
    party: str  # empty: ours
    what_for: Any
    set_when: Any
    lasts: str
    necessary: bool
    clause: str


def cookie_rows() -> list[CookieRow]:
    """Every declared cookie, ours first."""
    rows = []
    for cookie in data_map.load().cookies.values():
        what_for, set_when = TEXTS.get(cookie.name, (cookie.holds, cookie.set_when))
        lasts = str(_("less than a day"))
        if cookie.max_age_days:
            lasts = ngettext("%(days)d day", "%(days)d days", cookie.max_age_days) % {"days": cookie.max_age_days}
        rows.append(CookieRow(cookie.name, cookie.party, what_for, set_when, lasts, cookie.necessary, cookie.clause))
    return sorted(rows, key=lambda row: (row.party != "", row.party))
