"""The policy, its archive, the terms of sale, and the policy for machines."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from conbillet.catalogue.markdown import render_markdown
from conbillet.consents.differences import differences
from conbillet.consents.policy_texts import Text, Version, coming
from conbillet.consents.queries import current_policy, current_terms, texts
from conbillet.core import clock
from conbillet.usage.steps import SitePage
from conbillet.web.counting import counted

from ..json_ld import policy_as_json_ld
from ..policy_page import shown_policy


def _today() -> date:
    return clock.copenhagen_day(clock.now())


def public(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response.headers.setdefault("Cache-Control", "private, max-age=0")
    return response


@require_safe
@counted(SitePage.POLICY)
def policy(request: HttpRequest) -> HttpResponse:
    """The policy that applies today."""
    return _policy_page(request, current_policy(on=_today()))


@require_safe
@counted(SitePage.POLICY)
def archived(request: HttpRequest, day: str) -> HttpResponse:
    """One version, by the day of its last change."""
    found = next((version for version in texts().policies if version.name == day), None)
    if found is None:
        raise Http404
    return _policy_page(request, found)


@require_safe
@counted(SitePage.POLICY)
def changes(request: HttpRequest) -> HttpResponse:
    """What changed between two versions, chosen in a form that needs no script; without a choice, the last change."""
    versions = list(texts().policies)
    names = {version.name: version for version in versions}
    after = names.get(request.GET.get("to", "")) or versions[-1]
    before = names.get(request.GET.get("from", "")) or versions[max(0, versions.index(after) - 1)]
    if versions.index(before) > versions.index(after):
        before, after = after, before
    length = "short" if request.GET.get("length") == "short" else "full"
    language = get_language() or "da"
    found = differences(_text(before, length, language), _text(after, length, language))
    context = {
        "before": before,
        "after": after,
        "length": length,
        "versions": list(reversed(versions)),
        "changed": [one for one in found if one.change != "same"],
        "same": [one for one in found if one.change == "same"],
        "summary": before.archive_only or after.archive_only,
    }
    return public(render(request, "site/changes.html", context))


def _text(version: Version, length: str, language: str) -> Text:
    """A summary has one length only."""
    return version.texts.get((length, language)) or version.texts["full", language]


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
        "former": _former(version),
        "original": render_markdown(version.originals[language]) if language in version.originals else "",
    }
    return public(render(request, "site/policy.html", context))


def _former(version: Version) -> Version | None:
    """The version before, to compare with."""
    place = texts().policies.index(version)
    return texts().policies[place - 1] if place else None


@require_safe
@counted(SitePage.TERMS)
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
