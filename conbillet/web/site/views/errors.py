"""The pages that say what went wrong (`handler404` and its like in `config/urls.py`)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from conbillet.core import security_log
from conbillet.web.client_address import client_network


def _error(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    response = render(request, template or f"{status}.html", status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: mostly a page that was open for too long. The reason is for nobody but an attacker."""
    security_log.note("form_without_token", network=client_network(request))
    return _error(request, 403, "403_csrf.html")


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours failed. Made without context: what failed may be what the context needs."""
    response = HttpResponse(loader.render_to_string("500.html"), status=500)
    response.headers["Cache-Control"] = "no-store"
    return response
