"""What was held in a year, by quarter; entering, taking out, and the files."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.core import clock
from conbillet.core.workbooks import CONTENT_TYPE
from conbillet.memberships.access import get_activity
from conbillet.memberships.actions.enter_activity import CannotEnterActivity, enter_activity
from conbillet.memberships.actions.remove_activity import remove_activity
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page
from conbillet.workflows.activity_list import activities_pdf, activities_xlsx, quarters_of

from ..membership_forms import ActivityForm
from .documentation import YEARS_BACK


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.MEMBERS)
def activities(request: HttpRequest, standing: Standing) -> HttpResponse:
    form = ActivityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = enter_activity(
                organization=standing.organization, actor=standing.actor, now=clock.now(), **form.cleaned_data
            )
        except CannotEnterActivity as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("Entered."))
            return _to_year(standing, made.held_on.year)
    today = clock.copenhagen_day(clock.now())
    year = _year(request)
    context = {
        "form": form,
        "year": year,
        "years": range(today.year, today.year - YEARS_BACK - 1, -1),
        "quarters": quarters_of(organization=standing.organization, year=year, today=today),
    }
    return render(request, "office/members/activities.html", context, status=422 if form.is_bound else 200)


@require_POST
@office_page(Permission.MEMBERS)
def remove(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    try:
        found = get_activity(standing=standing, number=number)
    except NotFound:
        raise Http404 from None
    year = found.held_on.year
    remove_activity(activity=found, actor=standing.actor, now=clock.now())
    messages.success(request, _("Removed."))
    return _to_year(standing, year)


@require_safe
@office_page(Permission.MEMBERS)
def export(request: HttpRequest, standing: Standing, form: str) -> HttpResponse:
    """The year's list as a file; about nobody, so nothing is handed over about anybody."""
    today, year = clock.copenhagen_day(clock.now()), _year(request)
    found = quarters_of(organization=standing.organization, year=year, today=today)
    name = f"{_('activities')}-{standing.organization.slug}-{year}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if form == "xlsx":
        body = activities_xlsx(found, sheet=str(year))
        return cast(HttpResponse, StreamingHttpResponse(body, content_type=CONTENT_TYPE, headers=headers))
    language = "en" if get_language() == "en" else "da"
    pdf = activities_pdf(found, standing.organization, year=year, language=language, today=today)
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _year(request: HttpRequest) -> int:
    """The year in the address, or this one."""
    this_year = clock.copenhagen_day(clock.now()).year
    asked = request.GET.get("year", "")
    return (
        int(asked)
        if asked.isascii() and asked.isdigit() and this_year - YEARS_BACK <= int(asked) <= this_year
        else this_year
    )


def _to_year(standing: Standing, year: int) -> Any:
    response = redirect("office:activities", organization=standing.organization.slug)
    response["Location"] += f"?year={year}"
    return response
