"""The gallery of components, in the demo only: for eyes, screenshots and the accessibility checker."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.web.gallery import gallery_context


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery.html", gallery_context(now=clock.now()))
