"""Breaches of security: written down at once, described as more is known, reported within 72 hours, the persons told."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.core import clock
from conbillet.privacy.actions.describe_breach import BreachClosed, Description, describe_breach
from conbillet.privacy.actions.name_breach_subjects import name_breach_subjects
from conbillet.privacy.actions.open_breach import CannotOpenBreach, open_breach
from conbillet.privacy.actions.settle_breach import (
    CannotSettle,
    leave_unreported,
    leave_untold,
    report_breach,
    settle_breach,
    start_telling,
)
from conbillet.privacy.models import Breach
from conbillet.workflows.breach_report import report_pdf, report_text
from conbillet.workflows.breaches import untold_without_address

from ..breach_forms import BreachForm, OpenBreachForm, PersonsForm, ReportForm, WhyForm
from ..pages import Staff, desk, officer_page

PAGE_SIZE = 50
FORMS: dict[str, Any] = {
    "describe": BreachForm,
    "report": ReportForm,
    "unreported": WhyForm,
    "persons": PersonsForm,
    "untold": WhyForm,
}


@require_safe
@officer_page
def breaches(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All records, open ones first, those whose time runs out soonest on top."""
    found = Breach.objects.select_related("organization").order_by(
        F("closed_at").desc(nulls_first=True), "report_by_at", "id"
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return desk(request, "desk/breaches.html", {"page": page, "now": clock.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def new(request: HttpRequest, staff: Staff) -> HttpResponse:
    now = clock.now()
    form = OpenBreachForm(request.POST or None, initial={"discovered_at": now})
    if form.is_bound and form.is_valid():
        try:
            breach = open_breach(**form.cleaned_data, actor=staff.actor, now=now)
        except CannotOpenBreach as refusal:
            form.add_error(None if refusal.field == "__all__" else refusal.field, str(refusal.message))
        else:
            messages.success(request, _("It is written down. Fill in the rest as you learn more."))
            return redirect("desk:breach", reference=breach.reference)
    return desk(request, "desk/breach_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def breach(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """One record, with everything that can be done about it; each form says what it does in its field `do`."""
    found = get_object_or_404(Breach.objects.select_related("organization", "written_by"), reference=reference)
    now, what = clock.now(), request.POST.get("do", "")
    forms = _forms(found, now)
    if request.method == "POST":
        if what in FORMS:
            forms[what] = FORMS[what](request.POST, **_options(what))
        if what not in FORMS or forms[what].is_valid():
            problem = _do(request, found, what, forms, staff)
            if problem is None:
                return redirect("desk:breach", reference=reference)
            if what in FORMS and problem.field in forms[what].fields:
                forms[what].add_error(problem.field, str(problem.message))
            else:
                messages.error(request, str(problem.message))
                return redirect("desk:breach", reference=reference)
    named = found.subjects.count()
    context = {
        "breach": found,
        "forms": forms,
        "now": now,
        "is_late": not found.is_settled and now > found.report_by_at,
        "named": named,
        "told": found.subjects.exclude(told_at=None).count(),
        "unreachable": untold_without_address(found) if named else 0,
        "hours_left": max(int((found.report_by_at - now).total_seconds()) // 3600, 0),
    }
    return desk(request, "desk/breach.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@officer_page
def report(request: HttpRequest, staff: Staff, reference: str, form: str) -> HttpResponse:
    """The record as a file for the authority: `pdf` or `txt`."""
    found = get_object_or_404(Breach.objects.select_related("organization"), reference=reference)
    if form == "pdf":
        content: bytes | str = report_pdf(found, now=clock.now())
        kind = "application/pdf"
    else:
        content, kind = report_text(found), "text/plain; charset=utf-8"
    name = f'attachment; filename="breach-{found.reference.lower()}.{form}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": name})


def _forms(found: Breach, now: Any) -> dict[str, Any]:
    known = {name: getattr(found, name) for name in BreachForm.base_fields}
    return {
        "describe": BreachForm(initial=known, **_options("describe")),
        "report": ReportForm(initial={"reported_at": now}, **_options("report")),
        "unreported": WhyForm(**_options("unreported")),
        "persons": PersonsForm(**_options("persons")),
        "untold": WhyForm(**_options("untold")),
    }


def _options(what: str) -> dict[str, Any]:
    """Several forms on one page must not share the ids of their fields."""
    return {"auto_id": f"{what}-%s"}


def _do(request: HttpRequest, found: Breach, what: str, forms: dict[str, Any], staff: Staff) -> Any:
    """Do one thing; what is wrong with it (`field`, `message`), or None when it is done."""
    common: dict[str, Any] = {"breach": found, "actor": staff.actor, "now": clock.now()}
    values = forms[what].cleaned_data if what in FORMS else {}
    try:
        if what == "describe":
            describe_breach(description=Description(**values), **common)
        elif what == "report":
            report_breach(**values, **common)
        elif what == "unreported":
            leave_unreported(**values, **common)
        elif what == "persons":
            added = name_breach_subjects(**values, **common)
            messages.info(request, ngettext("%(n)d person added.", "%(n)d persons added.", added) % {"n": added})
        elif what == "tell":
            start_telling(**common)
        elif what == "untold":
            leave_untold(**values, **common)
        elif what == "close":
            settle_breach(**common)
        else:
            return CannotSettle("__all__", _("That is not something that can be done here."))
    except CannotSettle as refusal:
        if refusal.field == "not_reported_why" or refusal.field == "not_told_why":
            refusal.field = "why"
        return refusal
    except BreachClosed as refusal:
        return CannotSettle("__all__", refusal.message)
    messages.success(request, _("It is written down."))
    return None
