"""Cases: what waits, one case with its answer, and what is done."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.core import clock
from conbillet.privacy.models import Limit
from conbillet.support.actions.answer_case import CaseClosed, answer_case
from conbillet.support.actions.close_case import close_case
from conbillet.support.actions.look_up_case import NoSuchCase, look_up_case
from conbillet.support.models import Case, CaseNote
from conbillet.support.queries import closed_cases, open_cases
from conbillet.workflows.case_answers import REFUSALS, draft, drafts_for
from conbillet.workflows.cases import answer_by_mail
from conbillet.workflows.insight_codes import package_for_code

from ..case_forms import SortForm
from ..forms import AnswerForm
from ..pages import OFFICERS, Staff, desk, desk_page

PAGE_SIZE = 50


@require_safe
@desk_page
def open_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    """What waits for us, the most urgent first."""
    page = Paginator(open_cases(), PAGE_SIZE).get_page(request.GET.get("page"))
    today = clock.copenhagen_day(clock.now())
    return desk(request, "desk/cases.html", {"page": page, "today": today, "closed": False})


@require_safe
@desk_page
def closed_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    page = Paginator(closed_cases(), PAGE_SIZE).get_page(request.GET.get("page"))
    return desk(request, "desk/cases.html", {"page": page, "closed": True})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def case(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """One case: what was written, what we said, and the answer. Opening it is recorded."""
    now = clock.now()
    try:
        found = look_up_case(reference=reference, actor=staff.actor, now=now)
    except NoSuchCase:
        raise Http404 from None
    wanted = request.GET.get("draft", "")
    form = AnswerForm(
        request.POST if request.POST.get("do") in {"answer", "refuse", "note"} else None,
        initial={"text": draft(wanted, case=found, now=now)},
    )
    if request.method == "POST":
        done = _do(request, staff, found, form)
        if done:
            return redirect("desk:home" if done == "closed" else request.path)
    context = {
        "case": found,
        "notes": found.notes.select_related("by").order_by("id"),
        "files": found.attachments.defer("content").order_by("id"),
        "form": form,
        "today": clock.copenhagen_day(now),
        "limits": Limit.objects.filter(case=found).order_by("id"),
        "now": now,
        "drafts": drafts_for(found),
        "refuses": wanted in REFUSALS,
        "sort_form": SortForm(initial={"kind": found.kind}),
        "is_officer": bool(staff.roles & OFFICERS),
        "may_extend": found.is_right and found.extended_at is None and clock.copenhagen_day(now) <= found.due_on,
        "package": package_for_code(found, now=now),
        "is_closed": found.state == Case.State.CLOSED,
    }
    return desk(request, "desk/case.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@desk_page
def file(request: HttpRequest, staff: Staff, reference: str, file: str) -> HttpResponse:
    """A file of a case, always to be saved and never shown in the page. Fetching it is opening the case."""
    try:
        found = look_up_case(reference=reference, actor=staff.actor, now=clock.now())
    except NoSuchCase:
        raise Http404 from None
    kept = found.attachments.filter(reference=file, refused="").first()
    if kept is None or kept.content is None:
        raise Http404
    ending = {"image/jpeg": "jpg", "text/plain": "txt"}[kept.kind]
    name = f"{found.reference.lower()}-{kept.pk}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    kind = "text/plain; charset=utf-8" if ending == "txt" else kept.kind
    return HttpResponse(bytes(kept.content), content_type=kind, headers=headers)


def _do(request: HttpRequest, staff: Staff, found: Case, form: AnswerForm) -> str:
    """Close, answer or note; what was done, or nothing when there is something to correct."""
    now = clock.now()
    what = request.POST.get("do")
    if what == "close":
        if close_case(case=found, actor=staff.actor, now=now):
            messages.success(request, _("The case is closed."))
        return "closed"
    if not form.is_bound or not form.is_valid():
        return ""
    try:
        if what in {"answer", "refuse"}:
            answer_by_mail(
                case=found, text=form.cleaned_data["text"], refuses=what == "refuse", actor=staff.actor, now=now
            )
            messages.success(request, _("The answer is on its way."))
        else:
            answer_case(case=found, text=form.cleaned_data["text"], kind=CaseNote.Kind.NOTE, actor=staff.actor, now=now)
            messages.success(request, _("The note is kept."))
    except CaseClosed as refusal:
        form.add_error(None, str(refusal.message))
        return ""
    return "answered"
