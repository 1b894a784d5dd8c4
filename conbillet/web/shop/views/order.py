"""The order's own page and what can be done on it. Its address is the key: reference and secret together."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conbillet.core import clock
from conbillet.core.references import same_secret
from conbillet.payments.actions.start_checkout import AlreadyPaid, CannotCheckOut, NothingToPay
from conbillet.sales.access import get_order_by_link
from conbillet.sales.actions.confirm_order_email import confirm_order_email
from conbillet.sales.actions.mend_order_email import CannotMendEmail
from conbillet.sales.models import Order
from conbillet.tickets.queries import tickets_of_order
from conbillet.usage.steps import Step
from conbillet.web.counting import note, note_refusal
from conbillet.web.pages import actor_of
from conbillet.workflows.documents import file_name, receipt_pdf, tickets_pdf
from conbillet.workflows.links import mail_proof
from conbillet.workflows.order_care import TooManyMails, give_up, mend_email, send_again
from conbillet.workflows.purchase import pay
from conbillet.workflows.reconciliation import buyer_waits

from ..answers import opened_by_secret, see_other
from ..order_forms import EmailForm
from ..order_page import Situation, order_page

PROBLEM = "payment_problem"


@require_safe
@opened_by_secret
def order(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """Where the order stands and what to do next."""
    now = clock.now()
    found = get_order_by_link(reference=reference, access_key=access_key)
    _confirm_email(request, found, now)
    if "gave_up" in request.GET and found.state == Order.State.AWAITING_PAYMENT:
        note(request, found.event, Step.GAVE_UP, now=now)
    return _show(request, found, now)


@require_safe
@opened_by_secret
def state(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """For the page that waits: the state, and nothing else. `?late` says that it has waited too long for a webhook."""
    found = get_order_by_link(reference=reference, access_key=access_key)
    if "late" in request.GET:
        buyer_waits(order=found, now=clock.now())
    return JsonResponse({"state": found.state})


@require_POST
@opened_by_secret
def start_payment(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """To Stripe. Pressing twice gives the same page there."""
    found = get_order_by_link(reference=reference, access_key=access_key)
    now = clock.now()
    try:
        return see_other(pay(order=found, now=now))
    except AlreadyPaid:
        return see_other(f"{_path(found)}?paid=1")
    except NothingToPay:
        return see_other(_path(found))
    except CannotCheckOut as refusal:
        note_refusal(request, found.event, refusal, now=now)
        messages.error(request, str(refusal))
        return see_other(_path(found))


@require_POST
@opened_by_secret
def leave(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """Give the order up, and its places back."""
    found = get_order_by_link(reference=reference, access_key=access_key)
    if found.state != Order.State.AWAITING_PAYMENT:
        return see_other(_path(found))
    try:
        ended = give_up(order=found, actor=actor_of(request), now=clock.now())
    except CannotCheckOut:
        messages.error(
            request, _("Stripe does not answer, so we cannot end the payment now. Unpaid, the order ends by itself.")
        )
        return see_other(_path(found))
    if ended:
        note(request, found.event, Step.LEFT, now=clock.now())
    return see_other(_path(found) if ended else f"{_path(found)}?paid=1")


@require_POST
@opened_by_secret
def mend(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """Correct the e-mail address. The page may get a new address by that."""
    now = clock.now()
    found = get_order_by_link(reference=reference, access_key=access_key)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _show(request, found, now, form=form)
    try:
        mended = mend_email(order=found, email=form.cleaned_data["email"], actor=actor_of(request), now=now)
    except TooManyMails as refusal:
        form.add_error("email", str(refusal.message))
        return _show(request, found, now, form=form)
    except CannotMendEmail as refusal:
        messages.error(request, str(refusal))
        return see_other(_path(found))
    messages.success(request, _("The e-mail address is changed."))
    if mended.access_key != found.access_key and mended.state == Order.State.PAID:
        messages.info(request, _("Your tickets have new codes. Ones that you fetched before no longer work."))
    return see_other(_path(mended))


@require_POST
@opened_by_secret
def resend(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """The mail once more."""
    found = get_order_by_link(reference=reference, access_key=access_key)
    try:
        if send_again(order=found, now=clock.now()):
            messages.success(request, _("The mail is on its way. Look in your spam folder too."))
    except TooManyMails as refusal:
        messages.error(request, str(refusal.message))
    return see_other(_path(found))


@require_safe
@opened_by_secret
def tickets(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """All the order's tickets, a page each."""
    found = get_order_by_link(reference=reference, access_key=access_key)
    valid = [ticket for ticket in tickets_of_order(found) if ticket.voided_at is None]
    if not valid:
        raise Http404
    content = tickets_pdf(tickets=valid, event=found.event, organization=found.organization, language=found.language)
    return _pdf(content, file_name(_("tickets"), found.reference))


@require_safe
@opened_by_secret
def receipt(request: HttpRequest, reference: str, access_key: str, number: int) -> HttpResponse:
    """A receipt or credit note of this order."""
    found = get_order_by_link(reference=reference, access_key=access_key)
    row = found.receipts.filter(number=number).first()
    if row is None:
        raise Http404
    content = receipt_pdf(
        receipt=row, order=found, event=found.event, organization=found.organization, language=found.language
    )
    return _pdf(content, f"{_('receipt')}-{row.number}.pdf")


def _show(request: HttpRequest, found: Order, now: datetime, *, form: EmailForm | None = None) -> HttpResponse:
    came_back = "paid" if "paid" in request.GET else "gave_up" if "gave_up" in request.GET else ""
    page = order_page(order=found, came_back=came_back, now=now)
    problem = request.session.pop(PROBLEM, "") if PROBLEM in request.session else ""
    context = {
        "page": page,
        "order": found,
        "event": found.event,
        "organization": found.organization,
        "path": _path(found),
        "problem": problem if page.is_open else "",
        "email_form": form or EmailForm(initial={"email": found.buyer_email}),
        "waits": page.situation == Situation.WAITING,
    }
    return render(request, "shop/order.html", context)


def _confirm_email(request: HttpRequest, found: Order, now: datetime) -> None:
    proof = request.GET.get("mail", "")
    if proof and found.email_confirmed_at is None and same_secret(proof, mail_proof(found)):
        confirm_order_email(order=found, actor=actor_of(request), now=now)


def _path(found: Order) -> str:
    return f"/order/{found.reference}/{found.access_key}/"


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
