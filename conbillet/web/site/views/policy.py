"""The policy, its archive, the terms of sale, and the policy for machines."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from conbillet.catalogue.markdown import render_markdown
from conbillet.consents.policy_texts import Version, coming
from conbillet.consents.queries import current_policy, current_terms, texts
from conbillet.core import clock

from ..json_ld import policy_as_json_ld
from ..policy_page import shown_policy


def _today() -> date:
    return clock.copenhagen_day(clock.now())


def public(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response.headers.setdefault("Cache-Control", "private, max-age=0")
    return response


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The policy that applies today."""
    return _policy_page(request, current_policy(on=_today()))


@require_safe
def archived(request: HttpRequest, day: str) -> HttpResponse:
    """One version, by the day of its last change."""
    found = next((version for version in texts().policies if version.name == day), None)
    if found is None:
        raise Http404
    return _policy_page(request, found)


def _policy_page(request: HttpRequest, version: Version) -> HttpResponse:
    language = get_language() or "da"
    today = _today()
    now = current_policy(on=today)
    context = {
        "version": version,
        "policy": shown_policy(version, language),
        "is_current": version is now,
        "current": now,
        "coming": coming(texts().policies, today),
        "archive": list(reversed(texts().policies)),
        "original": render_markdown(version.originals[language]) if language in version.originals else "",
    }
    return public(render(request, "site/policy.html", context))


@require_safe
def terms(request: HttpRequest, day: str = "") -> HttpResponse:
    """The terms of sale that apply today, or those of one day."""
    now = current_terms(on=_today())
    version = next((found for found in texts().terms if found.name == day), None) if day else now
    if version is None:
        raise Http404
    context = {
        "version": version,
        "terms": shown_policy(version, get_language() or "da"),
        "is_current": version is now,
        "archive": list(reversed(texts().terms)),
    }
    return public(render(request, "site/terms.html", context))


@require_safe
def policy_json(request: HttpRequest) -> HttpResponse:
    """What is collected, why, for whom and for how long, for machines."""
    document = policy_as_json_ld(current_policy(on=_today()), base_url=settings.CONBILLET_BASE_URL)
    response = JsonResponse(document, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
