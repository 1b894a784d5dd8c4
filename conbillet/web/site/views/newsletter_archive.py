"""Newsletters that were sent, on the web, for everybody: where the sender shows them. No cookie, no count of readers."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from conbillet.newsletters.links import PLATFORM, archive_path, subscribe_path
from conbillet.newsletters.models import Issue
from conbillet.newsletters.queries import published
from conbillet.newsletters.writing import html_of
from conbillet.organizations.models import Organization

from .policy import public

PAGE_SIZE = 30


def _sender(slug: str) -> Organization | None:
    if slug == PLATFORM:
        return None
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


@require_safe
def issues(request: HttpRequest, slug: str) -> HttpResponse:
    """All of one sender's, newest first."""
    sender, language = _sender(slug), get_language() or "da"
    page = Paginator(published(sender.pk if sender else None), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_shown(issue, language) | {"url": f"{archive_path(slug)}{issue.reference}/"} for issue in page]
    context = {"sender": sender, "organization": sender, "page": page, "rows": rows, "subscribe_url": subscribe_path(sender.slug if sender else "")}
    return public(render(request, "site/newsletters.html", context))


@require_safe
def issue(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """One, in the reader's language or the one there is."""
    sender = _sender(slug)
    found = published(sender.pk if sender else None).filter(reference=reference[:12]).first()
    if found is None:
        raise Http404
    shown = _shown(found, get_language() or "da")
    context = {
        "sender": sender, "organization": sender, "issue": found, **shown, "text": html_of(found.text(shown["language"])),
        "archive_url": archive_path(slug), "subscribe_url": subscribe_path(sender.slug if sender else ""),
    }  # fmt: skip
    return public(render(request, "site/newsletter_issue.html", context))


def _shown(issue: Issue, wanted: str) -> dict[str, Any]:
    language = issue.language_for(wanted)
    return {"issue": issue, "language": language, "subject": issue.subject(language)}
