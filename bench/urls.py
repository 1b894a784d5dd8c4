"""The house's addresses and the bare page, the floor of every page: a static template, nothing read."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from conbillet.config import urls as house
from conbillet.config.urls import handler400, handler403, handler404, handler500  # noqa: F401  Django looks for them here

_BARE = engines["django"].from_string((Path(__file__).parent / "bare.html").read_text())


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_BARE.render({}, request))


urlpatterns = [path("bench/bare/", bare), *house.urlpatterns]
