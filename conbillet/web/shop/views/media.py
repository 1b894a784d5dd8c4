"""Pictures that we drew ourselves, by names that we gave, with types that we fix."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from conbillet.catalogue.pictures import NAME

_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """A rendition of an event's picture. Its name changes with its content, so it may be kept for ever."""
    match = NAME.fullmatch(name)
    if match is None:
        raise Http404
    try:
        file = default_storage.open(name)
    except OSError:
        raise Http404 from None
    response = FileResponse(file, content_type=_TYPES[match[3]])
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin" if match[3] == "jpg" else "same-origin"
    return response
