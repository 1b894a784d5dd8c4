"""Where somebody goes after signing in, when that address is a secret: kept in the session, never in a query string.

Query strings end up in logs, in histories that are shared, and with whoever looks over a shoulder.
"""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_KEPT, _ADDRESS = "goal", "goal_address"


def sign_in_and_come_back(request: HttpRequest, *, email: str = "") -> HttpResponse:
    """To the sign-in page, and from there back to this very page. Starts a session, so only after somebody asked for it.

    `email` is the address that is wanted; it stands in the form already.
    """
    request.session[_KEPT] = request.path
    request.session[_ADDRESS] = email
    answer = redirect_to_login(reverse("account_back"))
    answer.status_code = 303
    return answer


def kept_goal(request: HttpRequest) -> str:
    """The kept address, once; empty when there is none."""
    request.session.pop(_ADDRESS, None)
    return str(request.session.pop(_KEPT, ""))


def wanted_address(request: HttpRequest) -> str:
    """The address to sign in with, as far as the page that led here knows it."""
    return str(request.session.get(_ADDRESS, ""))
