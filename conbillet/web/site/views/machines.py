"""What machines ask a site for: is it well, what may be crawled, whom to tell about a weakness, its icon."""

from datetime import UTC, timedelta
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.workflows.health import queue_health

DAY = 24 * 60 * 60


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else, so that a database that is down does not get every web process killed."""
    return _now(HttpResponse("ok\n", content_type="text/plain"))


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers. Says how the queue is; a late queue does not stop sales."""
    try:
        queue = queue_health()
    except DatabaseError:
        return _now(JsonResponse({"database": "down"}, status=503))
    now = clock.now()
    return _now(
        JsonResponse(
            {
                "database": "ok",
                "queue": "late" if queue.is_late(now) else "ok",
                "queue_age_seconds": int(queue.queue_age(now).total_seconds()),
                "workers": queue.workers,
            }
        )
    )


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. Expires by itself, half a year from now."""
    expires = (clock.now().astimezone(UTC) + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{settings.CONBILLET_OPERATOR['email']}",
        f"Contact: {settings.CONBILLET_BASE_URL}/help/",
        f"Expires: {expires}",
        "Preferred-Languages: da, en",
        f"Canonical: {settings.CONBILLET_BASE_URL}/.well-known/security.txt",
    ]
    return _kept(HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8"))


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Public pages may be crawled; addresses that hold secrets or need somebody signed in need not be tried."""
    private = (
        "/my/",
        "/office/",
        "/desk/",
        "/door/",
        "/accounts/",
        "/order/",
        "/ticket/",
        "/tickets/",
        "/invitation/",
        "/hooks/",
    )
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    return _kept(HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8"))


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """So that a phone can put the site among its apps."""
    document: dict[str, Any] = {
        "name": "ConBillet",
        "short_name": "ConBillet",
        "lang": "da",
        "start_url": "/",
        "display": "minimal-ui",
        "background_color": "#f7f6fa",
        "theme_color": "#2f45d8",
        "icons": [{"src": static("web/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return _kept(JsonResponse(document, content_type="application/manifest+json"))


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon at the address where browsers look for it unasked."""
    path = finders.find("web/favicon.svg")
    if not isinstance(path, str):
        raise Http404
    with open(path, "rb") as file:  # noqa: PTH123 - `finders` speaks in strings
        return _kept(HttpResponse(file.read(), content_type="image/svg+xml"))


def _kept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


def _now(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
