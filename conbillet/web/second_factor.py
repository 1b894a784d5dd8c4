"""A second factor for everybody who works for an association or for the platform, and again after twelve hours."""

import time
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from conbillet.accounts.queries import has_second_factor

# A working day at the door; longer than that nobody asked for (NIST SP 800-63B, AAL2: at most 12 hours).
GOOD_FOR_SECONDS = 12 * 3600


def missing_second_factor(request: HttpRequest, *, has_one: bool | None = None) -> HttpResponse | None:
    """Where to send a signed-in person who has no second factor, or has not used it since signing in; else None.

    A passkey that somebody signed in with is both factors at once. Ends nowhere in a loop: the pages that it leads to
    need no second factor themselves. `has_one` spares the query where it is known.
    """
    if has_one is None:
        has_one = has_second_factor(request.user)  # type: ignore[arg-type]  # narrower at run time
    if has_one and second_factor_used(request):
        return None
    here = urlencode({"next": _back_to(request)})
    if not has_one:
        return redirect(f"{reverse('mfa_index')}?required=1&{here}")
    return redirect(f"{reverse('account_reauthenticate')}?{here}")


def second_factor_used(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session within twelve hours; not in sessions from before it was set up."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]  # narrower at run time
    since = time.time() - GOOD_FOR_SECONDS
    return any(record.get("method") == "mfa" and record.get("at", 0) > since for record in records)


def _back_to(request: HttpRequest) -> str:
    """The page to come back to. Of a form that was sent, the page that it stood on: its own address may take no GET."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    return came_from.path if came_from.path and came_from.netloc == request.get_host() else request.path


def note_second_factor(request: HttpRequest, kind: str) -> None:
    """Setting a second factor up proves that one has it: its code was typed, or its key was touched, just now."""
    record_authentication(request, request.user, "mfa", type=kind)  # type: ignore[arg-type]  # narrower at run time
