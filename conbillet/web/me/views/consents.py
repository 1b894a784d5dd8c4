"""My consents: to whom I have said yes, and taking it back with one click, exactly as easily as giving it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.markdown import render_markdown
from conbillet.consents.actions.give_consent import give_consent
from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.ledger import ConsentRefused, Standing, consent_text, consents_of, wording
from conbillet.consents.models import MarketingConsent
from conbillet.core import clock
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order
from conbillet.web.privacy_signal import refuses_by_signal

NEWSLETTER = MarketingConsent.Purpose.NEWSLETTER


@dataclass(frozen=True)
class Row:
    """One sender, and how it stands; `organization` is None for ConBillet's own news."""

    organization: Organization | None
    given: bool
    at: datetime | None
    text_version: str
    wording: SafeString

    @property
    def key(self) -> str:
        return self.organization.slug if self.organization else "conbillet"


def _rows(account: Any, language: str) -> list[Row]:
    """ConBillet, every association that I bought from, and everybody to whom I ever said anything."""
    mine = consents_of(person_id=account.person_id, emails=[account.email])
    # Of two addresses, one of which says yes, the yes is shown: it is what can be taken back.
    known = {one.organization_id: one for one in sorted(mine, key=lambda one: one.given)}
    bought = Order.objects.filter(buyer_id=account.person_id).values("organization_id")
    senders = Organization.objects.filter(pk__in=[pk for pk in known if pk]) | Organization.objects.filter(
        pk__in=bought
    )
    ordered = sorted(senders.distinct(), key=lambda one: one.name.casefold())
    return [_row(sender, known.get(sender.pk if sender else None), language) for sender in [None, *ordered]]


def _row(sender: Organization | None, standing: Standing | None, language: str) -> Row:
    text = consent_text(on=clock.copenhagen_day(standing.at if standing else clock.now()))
    clause = wording(version=text, language=language, purpose=NEWSLETTER, association=sender is not None)
    given = standing is not None and standing.given
    at, version = (standing.at, standing.text_version) if standing else (None, "")
    return Row(sender, given, at, version, render_markdown(clause.markdown))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    now, language, signal = clock.now(), get_language() or "da", refuses_by_signal(request)
    rows = _rows(account, language)
    refusal = ""
    if request.method == "POST":
        row = next((one for one in rows if one.key == request.POST.get("sender")), None)
        if row is None:
            raise Http404
        terms: dict[str, Any] = {
            "organization_id": row.organization.pk if row.organization else None,
            "purpose": NEWSLETTER,
        }
        try:
            if request.POST.get("do") == "give":
                give_consent(account=account, gpc=signal, language=language, now=now, **terms)
                messages.success(request, _("You have said yes. You can take it back here at any time."))
            else:
                for email in _addresses(account, row):
                    withdraw_consent(
                        email=email, method="account", person_id=account.person_id, language=language, now=now, **terms
                    )
                messages.success(request, _("You have taken your yes back."))
        except ConsentRefused as why:
            refusal = str(why)
        else:
            return redirect("me:consents")
    context = {"section": "data", "rows": rows, "signal": signal, "refusal": refusal}
    return render(request, "me/consents.html", context, status=422 if refusal else 200)


def _addresses(account: Any, row: Row) -> set[str]:
    """Every address of mine that says yes to that sender: a former address is withdrawn together with today's."""
    sender = row.organization.pk if row.organization else None
    mine = consents_of(person_id=account.person_id, emails=[account.email])
    return {one.email for one in mine if one.organization_id == sender and one.given}
