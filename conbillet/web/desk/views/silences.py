"""The time in which an authority's request is not told: one officer asks for more of it, another decides."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conbillet.core import clock
from conbillet.privacy.actions.ask_for_silence import CannotAsk, ask_for_silence
from conbillet.privacy.actions.decide_authority_case import CannotDecide
from conbillet.privacy.actions.decide_silence import decide_silence
from conbillet.privacy.models import AuthorityCase, AuthoritySilence

from ..authority_form import SilenceForm
from ..pages import Staff, desk, officer_page
from .authorities import authority_context, found_case


@require_POST
@officer_page
def ask(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """A reason and a last day, for somebody else to agree to."""
    case: AuthorityCase = found_case(reference)
    form = SilenceForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            ask_for_silence(
                case=case, why=values["silence_why"], until=values["silence_until"], actor=staff.actor, now=clock.now()
            )
        except CannotAsk as refusal:
            form.add_error(refusal.field or None, str(refusal.message))
        else:
            messages.success(request, _("Written down. Somebody else must agree before the day comes."))
            return redirect("desk:authority", reference=reference)
    return desk(request, "desk/authority.html", {**authority_context(case, staff), "silence_form": form}, status=422)


@require_POST
@officer_page
def decide(request: HttpRequest, staff: Staff, reference: str, number: int) -> HttpResponse:
    """Another officer's yes or no."""
    silence = get_object_or_404(AuthoritySilence, pk=number, case__reference=reference)
    try:
        decide_silence(
            silence=silence, agrees=request.POST.get("do") == "agree", actor=staff.actor, now=clock.now()
        )
        messages.success(request, _("Your decision is written down."))
    except CannotDecide as refusal:
        messages.error(request, str(refusal.message))
    return redirect("desk:authority", reference=reference)
