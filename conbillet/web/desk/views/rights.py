"""What the law gives people, done at the desk: who asks, more time, limits, packages. Each opening of a case is recorded."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.core import clock
from conbillet.privacy.models import Limit
from conbillet.support.actions.extend_case import CannotExtend, NoReason
from conbillet.support.actions.look_up_case import NoSuchCase, look_up_case
from conbillet.support.actions.show_identity import CannotVouch, vouch_for
from conbillet.support.actions.sort_case import sort_case
from conbillet.support.models import Case
from conbillet.web.me.fresh import is_fresh
from conbillet.workflows.case_identity import ask_to_prove, remember_guardian
from conbillet.workflows.cases import extend_by_mail
from conbillet.workflows.insight import insight_after_case
from conbillet.workflows.insight_codes import NoCode, make_code
from conbillet.workflows.limits import lift_after_case, limit_after_case

from ..case_forms import LimitForm, MoreTimeForm, SortForm, VouchForm
from ..pages import Staff, desk, desk_page, officer_page


def opened(reference: str, staff: Staff) -> Case:
    """The case, its opening recorded; 404 for anything else, and for what is closed."""
    try:
        found = look_up_case(reference=reference, actor=staff.actor, now=clock.now())
    except NoSuchCase:
        raise Http404 from None
    if found.state == Case.State.CLOSED:
        raise Http404
    return found


@require_POST
@desk_page
def sort(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Say what it is about; the deadline follows."""
    form, found = SortForm(request.POST), opened(reference, staff)
    if form.is_valid():
        case = sort_case(case=found, kind=form.cleaned_data["kind"], actor=staff.actor, now=clock.now())
        messages.success(request, _("The case is about: %(kind)s.") % {"kind": case.get_kind_display()})
    return redirect("desk:case", reference=reference)


@require_POST
@desk_page
def prove(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Ask the person to show that it is them, by the page with the code."""
    found = opened(reference, staff)
    if found.answer_to and not found.identity:
        ask_to_prove(case=found, now=clock.now())
        messages.success(request, _("We have asked them to show that it is them."))
    return redirect("desk:case", reference=reference)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def vouch(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Write down how somebody made sure who asks. For officers: whoever can be talked into this gives data away."""
    found, now = opened(reference, staff), clock.now()
    form = VouchForm(request.POST or None, initial={"email": found.email, "for_child": found.for_child})
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        try:
            case = vouch_for(
                case=found, email=wanted["email"], how=wanted["how"], for_child=wanted["for_child"],
                child_born=wanted["child_born"], actor=staff.actor, now=now,
            )  # fmt: skip
        except CannotVouch as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            remember_guardian(case=case, child_born=wanted["child_born"], actor=staff.actor, now=now)
            messages.success(request, _("It is written down."))
            return redirect("desk:case", reference=reference)
    return desk(request, "desk/case_vouch.html", {"case": found, "form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def more_time(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Two months more, with the reason that the person gets to read."""
    found = opened(reference, staff)
    form = MoreTimeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            extend_by_mail(case=found, reason=form.cleaned_data["reason"], actor=staff.actor, now=clock.now())
        except CannotExtend as refusal:
            form.add_error("reason" if isinstance(refusal, NoReason) else None, str(refusal))
        else:
            messages.success(request, _("The person is told. There is more time."))
            return redirect("desk:case", reference=reference)
    return desk(request, "desk/case_time.html", {"case": found, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@desk_page
def insight(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Let the package be made, for insight or to take along; whoever asks is mailed when it is ready."""
    found = opened(reference, staff)
    if found.kind not in {Case.Kind.INSIGHT, Case.Kind.PORTABILITY} or not found.is_proven:
        raise Http404
    insight_after_case(case=found, actor=staff.actor, now=clock.now())
    messages.success(request, _("The package is being made. They get a mail when it is there."))
    return redirect(
        f"{reverse('desk:case', kwargs={'reference': reference})}?{urlencode({'draft': found.kind})}#answer"
    )


@require_POST
@officer_page
def code(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """A code with which somebody whom we have checked fetches the package; shown once, on this answer."""
    found = opened(reference, staff)
    if not is_fresh(request):
        here = reverse("desk:case", kwargs={"reference": reference})
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")
    try:
        package, made = make_code(case=found, actor=staff.actor, now=clock.now())
    except NoCode as refusal:
        messages.error(request, str(refusal.message))
        return redirect("desk:case", reference=reference)
    address = request.build_absolute_uri(reverse("site:package_code")).split("://", 1)[-1]
    return desk(request, "desk/case_code.html", {"case": found, "package": package, "code": made, "address": address})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def limit(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Limit the use of the data, or follow an objection: only where it was shown who asks."""
    found = opened(reference, staff)
    if found.kind not in {Case.Kind.RESTRICTION, Case.Kind.OBJECTION} or not found.is_proven:
        raise Http404
    form = LimitForm(request.POST or None)
    if form.is_bound and form.is_valid():
        kind, _colon, purpose = form.cleaned_data["what"].partition(":")
        limit_after_case(case=found, kind=kind, purpose=purpose, actor=staff.actor, now=clock.now())
        messages.success(request, _("It is in force from now on. Tell the person with the draft below."))
        return redirect(f"{reverse('desk:case', kwargs={'reference': reference})}?{urlencode({'draft': kind})}#answer")
    return desk(request, "desk/case_limit.html", {"case": found, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@desk_page
def lift(request: HttpRequest, staff: Staff, reference: str, limit: int) -> HttpResponse:
    """Lift a limit of a case, also of one that is closed; the person is told three days before."""
    try:
        found = look_up_case(reference=reference, actor=staff.actor, now=clock.now())
    except NoSuchCase:
        raise Http404 from None
    lift_after_case(limit=get_object_or_404(Limit, case=found, pk=limit), actor=staff.actor, now=clock.now())
    messages.success(request, _("It ends in three days. The person is told now."))
    return redirect("desk:case", reference=reference)
