"""My data: what is held about me, by whom and why; correcting it; taking it with me."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.core import clock
from conbillet.core.live import topic_token
from conbillet.organizations.models import Organization
from conbillet.privacy.insight.children import wards_of
from conbillet.privacy.insight.report import Part, parts_of
from conbillet.privacy.limits import live_limits
from conbillet.privacy.models import InsightPackage
from conbillet.web.limits import limit_posts
from conbillet.workflows import insight
from conbillet.workflows.corrections import ask_for_correction

from ..fresh import fresh_sign_in_required

LONGEST = 2000
BUSY = {InsightPackage.State.WAITING, InsightPackage.State.WORKING, InsightPackage.State.FAILED}


class CorrectionForm(forms.Form):
    """What is wrong, and how it should be."""

    text = forms.CharField(
        label=gettext_lazy("What is wrong, and how should it be?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": str(LONGEST)}),
        error_messages={"required": gettext_lazy("Write what is wrong, and how it should be.")},
    )


@dataclass(frozen=True)
class Shown:
    """A package as the page shows it. `live` is the topic and token by which the page hears how far it is."""

    package: InsightPackage
    whose: str  # a child's name, or empty for one's own

    @property
    def busy(self) -> bool:
        return self.package.state in BUSY

    @property
    def live(self) -> str:
        topic = insight.topic_of(self.package)
        return f"{topic}?token={topic_token(topic, clock.now())}"


@never_cache
@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    """Everything at once; parts can be folded out without script."""
    account: Any = request.user
    now = clock.now()
    parts = parts_of(insight.insight_of(account=account, now=now), get_language() or "da")
    packages = _newest(insight.packages_of(account=account, now=now))
    context = {
        "section": "data",
        "parts": parts,
        "summary": _summary(parts),
        "packages": packages,
        "waiting": next((one for one in packages if one.busy), None),
        "limits": list(live_limits(now=now).filter(person=account.person).order_by("id")),
        "wards": wards_of(guardian=account.person, now=now),
    }
    return render(request, "me/data.html", context)


def _newest(packages: list[InsightPackage]) -> list[Shown]:
    """One for each person: the newest, which is about to replace an older one that is still there."""
    found: dict[Any, Shown] = {}
    for one in packages:
        found.setdefault(one.person_id, Shown(one, one.person.name if one.asked_by_id and one.person else ""))
    return list(found.values())


def _summary(parts: list[Part]) -> list[tuple[str, int]]:
    """Who holds something, and how many kinds of things."""
    return [(part.name or "ConBillet", len(part.entries)) for part in parts if part.entries]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
@limit_posts("insight", amount=10, seconds=3600)
def order_package(request: HttpRequest) -> HttpResponse:
    """Ask for the package: one's own, or that of a child whose guardian one is. The page itself is for whoever had to
    show first who they are."""
    account: Any = request.user
    now = clock.now()
    if request.method != "POST":
        wards = wards_of(guardian=account.person, now=now)
        return render(request, "me/package.html", {"section": "data", "wards": wards})
    child = None
    if wanted := request.POST.get("child", ""):
        child = next((one for one in wards_of(guardian=account.person, now=now) if str(one.pk) == wanted), None)
        if child is None:
            raise Http404
    insight.order_package(account=account, child=child, language=get_language() or "da", now=now)
    return redirect("me:data")


@never_cache
@require_safe
@login_required
def package_state(request: HttpRequest, reference: str) -> JsonResponse:
    """How far the package is, for the page that waits."""
    account: Any = request.user
    package = insight.get_package(account=account, reference=reference, now=clock.now())
    if package is None:
        raise Http404
    return JsonResponse({"state": package.state, "progress": package.progress})


@never_cache
@require_safe
@fresh_sign_in_required
def package(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The zip, for whom it was made; 404 for everybody else, 410 when its time is over."""
    account: Any = request.user
    try:
        content = insight.fetch_package(account=account, reference=reference, now=clock.now())
    except insight.PackageExpired:
        return render(
            request,
            "410.html",
            {"error_message": _("This package is deleted. Ask for a new one on the page My data.")},
            status=410,
        )
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="conbillet-{reference}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limit_posts("correct data", amount=10, seconds=3600)
def correct(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Ask an association (or ConBillet) to correct its copy. Only those that hold something about me."""
    account: Any = request.user
    now = clock.now()
    organization = _holder(account, slug, now) if slug else None
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_correction(
            account=account,
            organization=organization,
            text=form.cleaned_data["text"],
            language=get_language() or "da",
            now=now,
        )
        messages.success(request, _("We have it. You get an answer by mail, and can follow it under My data."))
        return redirect("me:data")
    context = {"section": "data", "form": form, "organization": organization}
    return render(request, "me/correct.html", context, status=422 if form.is_bound else 200)


def _holder(account: Any, slug: str, now: Any) -> Organization:
    """An association that holds something about the asker; 404 for any other."""
    held = insight.insight_of(account=account, now=now).associations
    found = Organization.objects.filter(slug=slug, pk__in=held).first()
    if found is None:
        raise Http404
    return found
