"""Limits on how often a form may be sent from one place."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from conbillet.core import clock, security_log
from conbillet.core.rate_limits import spend

from .client_address import client_network

View = Callable[..., HttpResponseBase]


def limit_posts(scope: str, *, amount: int, seconds: int) -> Callable[[View], View]:
    """At most `amount` POSTs per `seconds` from one address (IPv6: one /64); beyond that the page 429. GETs are free."""

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponseBase:
            if request.method == "POST" and not spend(
                scope, client_network(request), amount=amount, seconds=seconds, now=clock.now()
            ):
                security_log.note("too_often", network=client_network(request), page=scope.replace(" ", "_"))
                return render(request, "429.html", status=429)
            return view(request, *args, **rest)

        return page

    return decorate
