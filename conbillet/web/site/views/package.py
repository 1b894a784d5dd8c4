"""Fetching everything about oneself by a code from our staff: for whoever cannot reach their old address any more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conbillet.core import clock, security_log
from conbillet.web.client_address import client_network
from conbillet.web.limits import limit_posts
from conbillet.web.tokenless import without_token
from conbillet.workflows.insight_codes import WrongCode, fetch_by_code

from ..forms import PackageCodeForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("package code", amount=10, seconds=3600)
@without_token
def package(request: HttpRequest) -> HttpResponse:
    """Number and code, both typed; neither ever stands in an address. The answer is the file."""
    form = PackageCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            found = fetch_by_code(number=form.cleaned_data["number"], code=form.cleaned_data["code"], now=clock.now())
        except WrongCode as refusal:
            security_log.note("package_code_wrong", network=client_network(request))
            form.add_error(None, str(refusal.message))
        else:
            name = f'attachment; filename="conbillet-{found.reference.lower()}.zip"'
            headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
            return HttpResponse(found.content, content_type="application/zip", headers=headers)
    return render(request, "site/package.html", {"form": form}, status=422 if form.is_bound else 200)
