"""What needs somebody: transfers close to their date, mails that failed, disputes, refunds. Few, indexed queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conbillet.catalogue.models import Event
from conbillet.consents.processors import coming_list
from conbillet.consents.queries import texts
from conbillet.core.clock import copenhagen_day
from conbillet.mail.queries import failed_mails
from conbillet.organizations.access import Standing
from conbillet.organizations.models import Organization
from conbillet.organizations.permissions import Permission, allowed
from conbillet.payments.models import Dispute, Refund
from conbillet.sales.figures import transfers_due
from conbillet.sales.models import Order
from conbillet.workflows import order_search

from .agreement_page import agreement_is_missing

SOON = timedelta(days=3)
FORGOTTEN = timedelta(days=30)  # a mail that failed longer ago is history


@dataclass(frozen=True)
class Attention:
    """Something that somebody should look at, and where."""

    kind: str
    text: str
    url: str


def attention(*, standing: Standing, event: Event | None, now: datetime) -> list[Attention]:
    """What needs somebody: of one event, or of the whole association (then with mails that could not be delivered)."""
    organization = standing.organization
    sees_money = allowed(standing.actor.role, Permission.SEE_MONEY)
    refunds = Refund.objects.filter(organization=organization, state=Refund.State.REQUESTED)
    failed = Refund.objects.filter(organization=organization, state=Refund.State.FAILED).exclude(
        Exists(Refund.objects.filter(about=OuterRef("about")).exclude(about="").exclude(state=Refund.State.FAILED))
    )
    disputes = Dispute.objects.filter(organization=organization, closed_at=None)
    if event is not None:
        own = Order.objects.filter(event=event, reference=OuterRef("payment__about"))
        refunds, failed, disputes = refunds.filter(Exists(own)), failed.filter(Exists(own)), disputes.filter(Exists(own))
    mails = failed_mails(organization_id=organization.pk, since=now - FORGOTTEN)
    if event is not None:
        mails = mails.filter(about__in=Order.objects.filter(event=event).values("reference"))
    due = transfers_due(organization_id=organization.pk, before=now + SOON, event_id=event.pk if event else None)
    found = []
    if event is None and agreement_is_missing(organization, now):
        text = _("The data-processing agreement is waiting to be accepted by an owner")
        found.append(Attention("warn", text, reverse("office:agreement", kwargs={"organization": organization.slug})))
    if event is None and coming_list(texts().processors, copenhagen_day(now)) is not None:
        text = _("The companies that help ConBillet change soon: see annex B of the agreement")
        found.append(Attention("info", text, reverse("office:agreement", kwargs={"organization": organization.slug})))
    if due:
        text = ngettext("%(n)s bank transfer must arrive within three days", "%(n)s bank transfers must arrive within three days", due)
        found.append(Attention("warn", text % {"n": due}, _transfers(organization) if sees_money else _orders(organization, event, "awaiting_payment")))
    undelivered = mails.count()
    if undelivered:
        text = ngettext("%(n)s mail could not be delivered", "%(n)s mails could not be delivered", undelivered)
        found.append(Attention("bad", text % {"n": undelivered}, _orders(organization, event, order_search.MAIL_FAILED)))
    if not sees_money:
        return found
    disputed, lost, under_way = disputes.count(), failed.count(), refunds.count()
    if disputed:
        text = ngettext("%(n)s payment is disputed by the buyer's bank", "%(n)s payments are disputed by the buyers' banks", disputed)
        found.append(Attention("bad", text % {"n": disputed}, _orders(organization, event, order_search.DISPUTED)))
    if lost:
        text = ngettext("%(n)s refund has failed", "%(n)s refunds have failed", lost)
        found.append(Attention("bad", text % {"n": lost}, _orders(organization, event, order_search.REFUND_FAILED)))
    if under_way:
        text = ngettext("%(n)s refund is on its way", "%(n)s refunds are on their way", under_way)
        found.append(Attention("info", text % {"n": under_way}, _orders(organization, event, order_search.REFUNDING)))
    return found


def _transfers(organization: Organization) -> str:
    return reverse("office:transfers", kwargs={"organization": organization.slug})


def _orders(organization: Organization, event: Event | None, state: str) -> str:
    """The list of orders in that state."""
    query = {"state": state, **({"event": event.slug} if event else {})}
    return f"{reverse('office:orders', kwargs={'organization': organization.slug})}?{urlencode(query)}"
