"""The money of an event that was called off: what there is to give back, the button, and how far it is."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.sales.models import EventRefund
from conbillet.workflows.event_refunds import CannotStart, OtherAmount, start_event_refund
from conbillet.workflows.money_back import given_back, money_back

from .events import event_view, to_event


class ChoiceForm(forms.Form):
    """What goes back besides tickets, beds, meals and things. `amount` is what the page said, in øre."""

    dues = forms.BooleanField(label=gettext_lazy("Membership dues too: the memberships end"), required=False)
    donations = forms.BooleanField(label=gettext_lazy("Donations too"), required=False)
    amount = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
@event_view(Permission.REFUND_EVENT)
def event_refunds(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """Nothing happens by looking. The button sends the amount that was shown, and another amount is refused."""
    if event.state != Event.State.CANCELLED:
        raise Http404
    form = ChoiceForm(request.POST if request.method == "POST" else request.GET)
    valid = form.is_valid()
    dues, donations = bool(form.cleaned_data.get("dues")), bool(form.cleaned_data.get("donations"))
    status = 200
    if request.method == "POST":
        amount = form.cleaned_data.get("amount") if valid else None
        try:
            if amount is None:
                raise OtherAmount
            start_event_refund(
                event=event, dues=dues, donations=donations, amount=amount, actor=standing.actor, now=clock.now()
            )
        except CannotStart as refusal:
            messages.error(request, str(refusal))
            status = 409
        else:
            messages.success(request, _("The money is on its way back. Every buyer gets a mail when theirs is sent."))
            return to_event(event, "office:event_refunds")
    runs = list(EventRefund.objects.filter(event=event).order_by("-pk")[:1])
    context = {
        "event": event,
        "found": money_back(event=event, dues=dues, donations=donations),
        "given": given_back(event=event),
        "run": runs[0] if runs else None,
        "dues": dues,
        "donations": donations,
        "form": form,
    }
    return render(request, "office/events/refunds.html", context, status=status)
