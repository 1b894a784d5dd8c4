"""Sensitive pages ask again who you are, unless you have just shown it."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

# Long enough to set up a passkey and an app one after the other.
FRESH_SECONDS = 600

View = Callable[..., HttpResponseBase]


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has signed in, or confirmed that it is them, within the last ten minutes."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]  # narrower at run time
    return bool(records) and time.time() - records[-1]["at"] < FRESH_SECONDS


def fresh_sign_in_required(view: View) -> View:
    """Send whoever is not signed in to the sign-in page, and whoever signed in a while ago to confirm that it is them."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_fresh(request):
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")
        return view(request, *args, **rest)

    return page
