"""My start page: what comes next."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from conbillet.organizations.queries import roles_of

# Sections that other groups of pages own; each takes what it needs from the request's user by its own template tag.
SECTIONS = ("me/_tickets.html", "me/_orders.html", "me/_memberships.html")


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    person = account.person
    context = {
        "section": "tickets",
        "person": person,
        "first_name": (person.badge_name or person.name).split(" ")[0],
        "todo": [] if person.name else ["profile"],
        "roles": list(roles_of(person_id=person.pk)),
        "sections": [name for name in SECTIONS if _exists(name)],
    }
    return render(request, "me/overview.html", context)


def _exists(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True
