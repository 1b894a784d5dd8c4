"""Where somebody goes after signing in, when that address is a secret: kept in the session, never in a query string.

Query strings end up in logs, in histories that are shared, and with whoever looks over a shoulder.
"""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_KEPT = "goal"


def sign_in_and_come_back(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back to this very page. Starts a session, so only after somebody asked for it."""
    request.session[_KEPT] = request.path
    answer = redirect_to_login(reverse("account_back"))
    answer.status_code = 303
    return answer


def kept_goal(request: HttpRequest) -> str:
    """The kept address, once; empty when there is none."""
    return str(request.session.pop(_KEPT, ""))
