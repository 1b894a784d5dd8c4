"""An association's newsletters: `web/newsletter_pages.py`, in its office.

What counts subscribers runs as *app*: the office's own role reads no consents. All of it is kept to this association.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.web import newsletter_pages as pages
from conbillet.web.pages import office_call, office_page


def _place(request: HttpRequest, standing: Standing) -> pages.Place:
    def page(template: str, context: dict[str, Any], status: int) -> HttpResponse:
        response = render(request, template, context, status=status)
        response._csp_replace = {"frame-src": "'self'"}  # type: ignore[attr-defined]  # the preview
        return response

    return pages.Place(request, standing, standing.actor, page)


@require_safe
@office_call(Permission.NEWS)
def newsletters(request: HttpRequest, standing: Standing) -> HttpResponse:
    return pages.list_page(_place(request, standing))


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.NEWS)
def new(request: HttpRequest, standing: Standing) -> HttpResponse:
    return pages.edit_page(_place(request, standing), None)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.NEWS)
def edit(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    return pages.edit_page(_place(request, standing), reference)


@require_http_methods(["GET", "HEAD", "POST"])
@office_call(Permission.NEWS)
def newsletter(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    return pages.issue_page(_place(request, standing), reference)


@require_safe
@office_page(Permission.NEWS)
def state(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    return pages.state_page(_place(request, standing), reference)


@require_safe
@office_page(Permission.NEWS)
def mail(request: HttpRequest, standing: Standing, reference: str, language: str) -> HttpResponse:
    return pages.mail_page(_place(request, standing), reference, language)
