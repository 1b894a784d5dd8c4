"""Deleting at the desk: everything that it would do, and then doing it, only where it was shown who asks.

A guardian asks for a child. A child with an address is deleted like anybody; one without is chosen among the children on
the guardian's own orders, and the guardian stays.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.core import clock
from conbillet.privacy.erasure.children import AddresslessChild, children_on_orders_of
from conbillet.privacy.erasure.erase import CannotErase
from conbillet.privacy.erasure.summary import last_day, summary
from conbillet.privacy.reach import guest
from conbillet.support.models import Case
from conbillet.web.me.fresh import is_fresh
from conbillet.workflows.case_identity import close_as_done
from conbillet.workflows.erasure import erase_after_case, erase_child_after_case, preview_erasure

from ..case_forms import EraseForm
from ..pages import Staff, desk, desk_page
from .rights import opened


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def deletion(request: HttpRequest, staff: Staff, reference: str, child: UUID | None = None) -> HttpResponse:
    """The preview and the deed; where a guardian asks and there are children without an address, first which one."""
    if not is_fresh(request):
        here = reverse("desk:case_deletion", kwargs={"reference": reference})
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")
    found, now = opened(reference, staff), clock.now()
    if found.kind != Case.Kind.DELETION or not found.is_proven:
        raise Http404
    children = children_on_orders_of(found.email, now=now) if found.for_child else []
    chosen = next((one for one in children if one.id == child), None)
    if child is not None and chosen is None:
        raise Http404
    if children and chosen is None:
        return desk(request, "desk/case_children.html", {"case": found, "children": children})
    preview = preview_erasure(subject=chosen.subject if chosen else guest(found.email), now=now)
    form = EraseForm(request.POST or None, has_tickets=bool(preview.live_tickets))
    refusal = preview.refusal
    if form.is_bound and not refusal and form.is_valid():
        more = len(children) > 1
        refusal = _erase(found, staff, chosen, void_tickets=form.cleaned_data.get("tickets") == "void", close=not more)
        if not refusal and more:
            messages.success(request, _("The child is deleted. The receipt is on its way to the guardian."))
            return redirect("desk:case_deletion", reference=reference)
        if not refusal:
            messages.success(request, _("It is deleted. The receipt is on its way, and the case is closed."))
            return redirect("desk:home")
    context: dict[str, Any] = {
        "case": found,
        "child": chosen,
        "form": form,
        "preview": preview,
        "refusal": refusal,
        "holders": summary(preview.plan.lines),
        "last_day": last_day(preview.plan.lines),
    }
    return desk(request, "desk/case_deletion.html", context, status=422 if form.is_bound else 200)


def _erase(found: Case, staff: Staff, child: AddresslessChild | None, *, void_tickets: bool, close: bool) -> str:
    """Delete, and close the case; why not, where it cannot be now. Of a person the case's own data is among what goes."""
    now = clock.now()
    try:
        # The receipt is written in the person's language, not in that of whoever is at the desk.
        with translation.override(found.language):
            if child is not None:
                erase_child_after_case(
                    child=child, actor=staff.actor, now=now, void_tickets=void_tickets, tell=found.answer_to
                )
            else:
                erase_after_case(
                    email=found.email, actor=staff.actor, now=now, void_tickets=void_tickets,
                    also_tell=found.contact_email,
                )  # fmt: skip
    except CannotErase as reason:
        return reason.message
    if close:
        close_as_done(case=found, actor=staff.actor, now=now)
    return ""
