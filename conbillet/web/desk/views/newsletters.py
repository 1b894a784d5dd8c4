"""ConBillet's own newsletters: `web/newsletter_pages.py`, at the desk, for officers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.web import newsletter_pages as pages

from ..pages import Staff, desk, officer_page


def _place(request: HttpRequest, staff: Staff) -> pages.Place:
    def page(template: str, context: dict[str, Any], status: int) -> HttpResponse:
        response = desk(request, template, context, status=status)
        response._csp_replace = {"frame-src": "'self'"}  # type: ignore[attr-defined]  # the preview
        return response

    return pages.Place(request, None, staff.actor, page)


@require_safe
@officer_page
def newsletters(request: HttpRequest, staff: Staff) -> HttpResponse:
    return pages.list_page(_place(request, staff))


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def new(request: HttpRequest, staff: Staff) -> HttpResponse:
    return pages.edit_page(_place(request, staff), None)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def edit(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    return pages.edit_page(_place(request, staff), reference)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def newsletter(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    return pages.issue_page(_place(request, staff), reference)


@require_safe
@officer_page
def state(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    return pages.state_page(_place(request, staff), reference)


@require_safe
@officer_page
def mail(request: HttpRequest, staff: Staff, reference: str, language: str) -> HttpResponse:
    return pages.mail_page(_place(request, staff), reference, language)
