"""Forms on pages that set no cookie: the browser's own word about where a form was sent from replaces the token."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def sent_from_elsewhere(request: HttpRequest) -> bool:
    """Did another site's page send this? Every browser of today says so; what says nothing is no browser."""
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.META.get("HTTP_ORIGIN")
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return origin is not None and origin not in ours


def without_token(view: View) -> View:
    """A page whose form holds no token, so that looking at it starts no session. Forms from elsewhere get 403."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
        if request.method == "POST" and sent_from_elsewhere(request):
            raise PermissionDenied
        return view(request, *args, **rest)

    return csrf_exempt(page)
