"""An association's colours as a style sheet of its own: the content security policy allows no inline style."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from conbillet.organizations.models import Organization
from conbillet.web.theme import DEFAULT_ACCENT, accent_stylesheet


@require_safe
def accent(request: HttpRequest, organization: str) -> HttpResponse:
    """The accent tokens of one association; asked again after five minutes, and then mostly unchanged."""
    colour = Organization.objects.filter(slug=organization).values_list("accent_colour", flat=True).first()
    if colour is None:
        raise Http404
    try:
        css = accent_stylesheet(colour)
    except ValueError:  # a colour that came into the database some other way
        css = accent_stylesheet(DEFAULT_ACCENT)
    tag = f'"{hashlib.sha256(css.encode()).hexdigest()[:20]}"'
    same = request.headers.get("If-None-Match", "") == tag
    response = HttpResponseNotModified() if same else HttpResponse(css, content_type="text/css; charset=utf-8")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
