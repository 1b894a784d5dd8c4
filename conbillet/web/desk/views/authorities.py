"""Requests of public authorities: write one down, two others decide, a sealed package is handed over."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.core import audit, clock
from conbillet.privacy.actions.decide_authority_case import NEEDED, CannotDecide, decide_authority_case
from conbillet.privacy.actions.end_authority_case import CannotEnd, end_authority_case
from conbillet.privacy.actions.open_authority_case import CannotOpen, Request, open_authority_case
from conbillet.privacy.actions.seal_authority_package import CannotSeal, PackageChanged, seal_authority_package
from conbillet.privacy.authority_contacts import OPEN
from conbillet.privacy.insight.words import CATEGORIES
from conbillet.privacy.models import AuthorityCase
from conbillet.web.me.fresh import is_fresh
from conbillet.workflows.authorities import hand_over

from ..authority_form import AuthorityForm, SilenceForm
from ..pages import Staff, desk, officer_page

PAGE_SIZE = 50


@require_safe
@officer_page
def authorities(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All requests, the newest first. Names nobody."""
    page = Paginator(AuthorityCase.objects.order_by("-opened_at", "-id"), PAGE_SIZE).get_page(request.GET.get("page"))
    return desk(request, "desk/authorities.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def new(request: HttpRequest, staff: Staff) -> HttpResponse:
    form = AuthorityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        emails = values.pop("emails")
        try:
            case = open_authority_case(request=Request(**values), emails=emails, actor=staff.actor, now=clock.now())
        except CannotOpen as refusal:
            for field, errors in refusal.errors.items():
                form.add_error(None if field == "__all__" else field, [str(error) for error in errors])
        else:
            messages.success(request, _("The request is written down. Two others must approve it."))
            return redirect("desk:authority", reference=case.reference)
    return desk(request, "desk/authority_new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_safe
@officer_page
def authority(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """One request: what is asked for on what ground, who said yes, and what may be done now. Opening it is recorded."""
    found = found_case(reference)
    audit.record(
        action="authority_case_seen",
        actor=staff.actor,
        now=clock.now(),
        organization_id=None,
        object_kind="authority_case",
        object_reference=found.reference,
    )
    return desk(request, "desk/authority.html", authority_context(found, staff))


@require_POST
@officer_page
def end(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """The authority took it back, or its ground fell away."""
    try:
        end_authority_case(case=found_case(reference), actor=staff.actor, now=clock.now())
        messages.success(request, _("The request is ended. Nothing is handed over."))
    except CannotEnd as refusal:
        messages.error(request, str(refusal.message))
    return redirect("desk:authority", reference=reference)


@require_POST
@officer_page
def decide(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    try:
        decide_authority_case(
            case=found_case(reference), approves=request.POST.get("do") == "approve", actor=staff.actor, now=clock.now()
        )
        messages.success(request, _("Your decision is written down."))
    except CannotDecide as refusal:
        messages.error(request, str(refusal.message))
    return redirect("desk:authority", reference=reference)


@require_POST
@officer_page
def package(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Seal the package if need be, and hand it over as a file."""
    case, now = found_case(reference), clock.now()
    here = reverse("desk:authority", kwargs={"reference": reference})
    if not is_fresh(request):
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")
    try:
        with transaction.atomic():
            made = seal_authority_package(case=case, actor=staff.actor, now=now)
        plain = hand_over(package=made, actor=staff.actor, now=now)
    except CannotSeal as refusal:
        messages.error(request, str(refusal.message))
    except (FileNotFoundError, PackageChanged):
        messages.error(request, _("The file is gone, or it is not the one that was sealed. Its hash is kept here."))
    else:
        name = f'attachment; filename="conbillet-{case.reference.lower()}.zip"'
        return HttpResponse(plain, content_type="application/zip", headers={"Content-Disposition": name})
    return redirect(here)


def found_case(reference: str) -> AuthorityCase:
    """The request by its number."""
    return get_object_or_404(AuthorityCase.objects.select_related("requested_by", "package"), reference=reference)


def authority_context(case: AuthorityCase, staff: Staff) -> dict[str, Any]:
    """What the page of one request needs."""
    approvals = list(case.approvals.select_related("by").order_by("id"))
    mine = staff.actor.person_id
    if mine is None:
        raise Http404
    named = case.subjects.filter(subject_id=mine).exists()
    silences = list(case.silences.select_related("asked_by", "decided_by").order_by("id"))
    waiting = next((one for one in silences if one.decided_at is None), None)
    return {
        "case": case,
        "silences": silences,
        "waiting": waiting,
        "may_agree": waiting is not None and waiting.asked_by_id not in {None, mine} and not named,
        "may_take_back": waiting is not None and not named,
        "may_ask": case.state in OPEN and case.told_at is None and waiting is None and not named,
        "silence_form": SilenceForm(),
        "erased": case.subjects.filter(sealed_contact__isnull=False).count(),
        "approvals": approvals,
        "missing": NEEDED - sum(one.approves for one in approvals),
        "persons": case.subjects.count(),
        "categories": [CATEGORIES.get(one, one) for one in case.categories.split(",")],
        "package": getattr(case, "package", None),
        "may_end": case.closed_at is None and case.state != AuthorityCase.State.DELIVERED,
        "may_decide": case.state == AuthorityCase.State.WAITING
        and case.requested_by_id != mine
        and all(one.by_id != mine for one in approvals)
        and not named,
    }
