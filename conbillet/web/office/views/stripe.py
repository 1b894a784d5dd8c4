"""The association's own account at Stripe: not connected, on the way, ready."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission, allowed
from conbillet.payments.actions.connect_account import CannotConnect, connect_account
from conbillet.payments.actions.refresh_account import refresh_account
from conbillet.payments.models import ConnectedAccount
from conbillet.web.pages import office_call, office_page


@require_safe
@office_page(Permission.SEE_MONEY)
def payments(request: HttpRequest, standing: Standing) -> HttpResponse:
    account = ConnectedAccount.objects.filter(organization=standing.organization).first()
    if account is None:
        state = "none"
    elif account.charges_enabled and account.payouts_enabled:
        state = "ready"
    else:
        state = "started"
    may_connect = allowed(standing.actor.role, Permission.EDIT_ORGANIZATION)
    return render(request, "office/payments.html", {"account": account, "state": state, "may_connect": may_connect})


@require_POST
@office_call(Permission.EDIT_ORGANIZATION)
def connect(request: HttpRequest, standing: Standing) -> HttpResponse:
    """On to Stripe, where the association says who it is. Outside a transaction: Stripe is asked meanwhile."""
    page = f"{settings.CONBILLET_BASE_URL}{reverse('office:payments', kwargs={'organization': standing.organization.slug})}"
    try:
        url = connect_account(
            organization=standing.organization, return_url=f"{page}returned/", refresh_url=page,
            actor=standing.actor, now=clock.now(),
        )  # fmt: skip
    except CannotConnect as refusal:
        messages.error(request, str(refusal))
        return redirect("office:payments", organization=standing.organization.slug)
    return HttpResponseRedirect(url)


@require_safe
@office_call(Permission.SEE_MONEY)
def returned(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Back from Stripe, which proves nothing: ask how far it is."""
    account = ConnectedAccount.objects.filter(organization=standing.organization).first()
    if account is not None:
        try:
            account = refresh_account(account=account, actor=standing.actor, now=clock.now())
            if account.charges_enabled:
                messages.success(request, _("Stripe is connected. Buyers can pay."))
        except CannotConnect as refusal:
            messages.error(request, str(refusal))
    return redirect("office:payments", organization=standing.organization.slug)
