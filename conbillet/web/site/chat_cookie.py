"""The cookie that finds back to a visitor's conversations. It is set when somebody begins one, and never before."""

import secrets
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

DAYS_30 = 30 * 24 * 60 * 60
_LONGEST = 64


def token_of(request: HttpRequest) -> str:
    """What the cookie holds; nothing where there is none, or none of ours."""
    token = request.COOKIES.get(settings.SUPPORT_COOKIE_NAME, "")
    return token if token.isascii() and 20 <= len(token) <= _LONGEST else ""


def new_token() -> str:
    return secrets.token_urlsafe(24)


def remember(response: HttpResponse, token: str) -> HttpResponse:
    response.set_cookie(
        settings.SUPPORT_COOKIE_NAME, token, max_age=DAYS_30, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return response


def person_of(request: HttpRequest) -> UUID | None:
    """Whoever is logged in. The session is only read where there is one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = request.user
    return user.person_id if user.is_authenticated else None
