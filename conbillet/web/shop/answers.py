"""Answers that several pages of the shop give."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.csrf import csrf_exempt

from conbillet.organizations.access import NotFound
from conbillet.web.tokenless import sent_from_elsewhere

View = Callable[..., HttpResponse]


def see_other(to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a POST: look there (303), so that a reload sends nothing again. Also to another host (Stripe's page)."""
    return HttpResponse(status=303, headers={"Location": resolve_url(to, *args, **kwargs)})


def send_on(to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """The same form again, to another page of ours (307), with all that was typed in it."""
    return HttpResponse(status=307, headers={"Location": resolve_url(to, *args, **kwargs)})


def opened_by_secret(view: View) -> View:
    """A page whose address is a secret: nothing keeps it, no search engine lists it, no other site is told it.

    Nobody can forge a form to an address that nobody knows, so its forms carry no token, and the page starts no session.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
        if request.method == "POST" and sent_from_elsewhere(request):
            raise PermissionDenied
        try:
            response = view(request, *args, **rest)
        except NotFound:
            raise Http404 from None
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # Not `no-referrer`: browsers then send forms with `Origin: null`, which the check against forgery refuses.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return csrf_exempt(page)
