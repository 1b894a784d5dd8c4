"""Where I am, and was, a member."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.memberships.queries import memberships_of


@require_safe
@login_required
def memberships(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    context = {
        "section": "memberships",
        "found": list(memberships_of(person_id=account.person_id)),
        "today": clock.copenhagen_day(clock.now()),
    }
    return render(request, "me/memberships.html", context)
