"""Child-protection certificates of the crew: say why, ask, see who has answered, reveal with a reason, settle."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.certificates.actions.ask_for_certificate import CannotAsk, ask_for_certificate
from conbillet.certificates.actions.reveal_number import CannotReveal, reveal_number
from conbillet.certificates.actions.settle_certificate import CannotSettle, settle_certificate
from conbillet.certificates.actions.switch_off import switch_off
from conbillet.certificates.actions.switch_on import NoPurpose, switch_on
from conbillet.certificates.models import CertificateRequest
from conbillet.certificates.queries import requests_of, scheme_of
from conbillet.core import clock
from conbillet.core.keys import KeyProblem
from conbillet.organizations.access import Standing
from conbillet.organizations.models import StaffMember
from conbillet.organizations.permissions import Permission, allowed
from conbillet.web.me.fresh import is_fresh
from conbillet.web.pages import office_page

from ..certificate_forms import RevealForm, SchemeForm, SettleForm
from ..paging import page_of

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.CERTIFICATES)
def certificates(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Off: what it takes to switch it on. On: the crew, whom one has asked, and what became of it."""
    association, now = standing.organization, clock.now()
    scheme = scheme_of(association.pk)
    form = SchemeForm(request.POST if request.POST.get("do") == "on" else None)
    if request.method == "POST" and _do(request, standing, form):
        return redirect("office:certificates", organization=association.slug)
    asked = page_of(requests_of(association.pk), request.GET.get("page", "1"), PAGE_SIZE)
    open_for = set(
        CertificateRequest.objects.filter(organization=association, state__in=["asked", "given"]).values_list(
            "person_id", flat=True
        )
    )
    crew = StaffMember.objects.filter(organization=association).order_by("name")
    context = {
        "scheme": scheme,
        "form": form,
        "page": asked,
        "crew": [one for one in crew if one.person_id not in open_for] if scheme else [],
        "may_switch": allowed(standing.actor.role, Permission.EDIT_ORGANIZATION),
        "today": clock.copenhagen_day(now),
    }
    return render(request, "office/certificates/list.html", context, status=422 if request.method == "POST" else 200)


def _do(request: HttpRequest, standing: Standing, form: SchemeForm) -> bool:
    """Switch on or off, or ask somebody; whether it is done."""
    now, what = clock.now(), request.POST.get("do")
    values: dict[str, Any] = {"organization": standing.organization, "actor": standing.actor, "now": now}
    if what in {"on", "off"} and not allowed(standing.actor.role, Permission.EDIT_ORGANIZATION):
        messages.error(request, _("Only an owner decides that."))
        return True
    if what == "off":
        switch_off(**values)
        messages.success(request, _("Nobody is asked any more, and all numbers are deleted."))
        return True
    if what == "on":
        if not form.is_valid():
            return False
        try:
            switch_on(**values, purpose=form.cleaned_data["purpose"], basis=form.cleaned_data["basis"])
        except NoPurpose as refusal:
            form.add_error("purpose", str(refusal.message))
            return False
        messages.success(request, _("You can ask your crew now."))
        return True
    person = StaffMember.objects.filter(organization=standing.organization, pk=_number(request.POST.get("ask"))).first()
    try:
        if person is None:
            raise CannotAsk
        ask_for_certificate(**values, person_id=person.person_id, name=person.name)
        messages.success(request, _("%(name)s has been asked, and answers on their own page.") % {"name": person.name})
    except CannotAsk as refusal:
        messages.error(request, str(refusal.message))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.CERTIFICATES)
def certificate(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    """One request: its number behind a reason and a fresh sign-in, and the outcome."""
    found = _found(standing, reference)
    here = reverse("office:certificate", kwargs={"organization": standing.organization.slug, "reference": reference})
    form, shown = RevealForm(request.POST or None), ""
    if request.method == "POST":
        if not is_fresh(request):
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")
        if form.is_valid():
            try:
                shown = reveal_number(
                    request=found, reason=form.cleaned_data["reason"], actor=standing.actor, now=clock.now()
                )
            except CannotReveal as refusal:
                form.add_error("reason", str(refusal.message))
            except KeyProblem:
                form.add_error(None, _("The number can no longer be opened. Ask the person again."))
    context = {
        "one": found,
        "number": getattr(found, "number", None),
        "form": form,
        "settle": SettleForm(),
        "shown": f"{shown[:6]}-{shown[6:]}" if shown else "",
        "is_fresh": is_fresh(request),
        "confirm": f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}",
    }
    status = 422 if request.method == "POST" and not shown else 200
    return render(request, "office/certificates/one.html", context, status=status)


@require_POST
@office_page(Permission.CERTIFICATES)
def settle(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    found, form = _found(standing, reference), SettleForm(request.POST)
    if form.is_valid():
        try:
            settle_certificate(
                request=found,
                is_clear=form.cleaned_data["outcome"] == "clear",
                forget_now=form.cleaned_data["forget_now"],
                actor=standing.actor,
                now=clock.now(),
            )
            messages.success(request, _("The outcome and its day are kept."))
        except CannotSettle as refusal:
            messages.error(request, str(refusal.message))
    else:
        messages.error(request, _("Choose what came back."))
    return redirect("office:certificate", organization=standing.organization.slug, reference=reference)


def _found(standing: Standing, reference: str) -> CertificateRequest:
    wanted = CertificateRequest.objects.select_related("number", "scheme")
    return get_object_or_404(wanted, organization=standing.organization, reference=reference)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
