"""What we hold about people, from the data map; and whom to ask."""

from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from conbillet.core.data_map import IDENTIFY, MEMBER_DOCUMENTATION, PURCHASES, SERVICES, data_map

CATEGORIES = {
    "user.name": _("Name"),
    "user.address": _("Address"),
    "user.postcode": _("Postcode"),
    "user.email": _("E-mail address"),
    "user.birth_date": _("Date of birth"),
    "user.gender": _("Gender"),
    "user.phone": _("Phone number"),
    "user.language": _("Language"),
    "user.ip": _("Internet address"),
    "user.device": _("Devices that you log in on"),
    "user.sign_in": _("When you last logged in"),
    "user.session": _("Your session: login, cart and language"),
    "user.secret": _("Secrets of your login, as hashes or encrypted"),
    "user.financial": _("What you paid"),
    "user.history": _("What was done, and when"),
    "user.content": _("What you wrote"),
    "user.member_number": _("Member number"),
    "user.municipality": _("Municipality"),
    "user.cpr": _("CPR number, only for a child-protection certificate"),
    "user.consent": _("What you agreed to"),
    "user.cookie": _("Your choice of cookies"),
}
PURPOSES = {
    IDENTIFY: _("to know that it is you"),
    PURCHASES: _("to register purchases and payments"),
    SERVICES: _("to provide what you asked for"),
    MEMBER_DOCUMENTATION: _("to give associations the documentation that they must have of their members"),
}
# The retention rules' names; their wording in the map is for the record of processing.
PERIODS = {
    "account": _("until you delete your account, or have not used it for 3 years"),
    "accounting": _("5 years from the end of the association's accounting year"),
    "member_evidence": _("5 years after you leave the association"),
    "member_contact": _("1 year after you leave the association"),
    "sign_in": _("180 days"),
    "access_log": _("2 years"),
    "cases": _("2 years after the case is closed"),
    "cart": _("24 hours"),
    "mail_body": _("30 days"),
    "consent_proof": _("2 years after the consent was last used"),
    "invitation": _("30 days after the invitation was answered or ran out"),
    "cpr": _("30 days after the certificate is settled, 6 months at most"),
}


@dataclass
class Held:
    """One kind of information, with everything that the rooms say about it."""

    name: str
    purposes: list[str] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)


def held() -> list[Held]:
    """Every category of the data map, in the order of `CATEGORIES`; unknown ones by their own name."""
    found: dict[str, Held] = {}
    for table in data_map.load().tables.values():
        for column in table.columns.values():
            if not column.category:
                continue
            entry = found.setdefault(column.category, Held(str(CATEGORIES.get(column.category, column.category))))
            for purpose in column.purposes:
                _add(entry.purposes, str(PURPOSES.get(purpose, purpose)))
            if column.keep:
                _add(entry.periods, str(PERIODS.get(column.keep.name, column.keep.period)))
    order = list(CATEGORIES)
    return [found[name] for name in sorted(found, key=lambda name: order.index(name) if name in order else len(order))]


def _add(texts: list[str], text: str) -> None:
    if text not in texts:
        texts.append(text)


@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    return render(request, "me/data.html", {"section": "data", "held": held()})
