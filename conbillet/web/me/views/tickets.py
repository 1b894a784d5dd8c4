"""All my coming tickets with their codes."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conbillet.core import clock

from ..pockets import pockets_of


@never_cache
@require_safe
@login_required
def tickets(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    pockets = pockets_of(person_id=account.person_id, now=clock.now())
    return render(request, "me/tickets.html", {"section": "tickets", "pockets": pockets})
