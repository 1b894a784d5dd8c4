"""Puts the demo together, once: nothing is added when the data is there."""

import json
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from conbillet.accounts.models import Person
from conbillet.catalogue.actions.open_membership_sale import open_membership_sale
from conbillet.core import clock
from conbillet.core.actor import person_actor
from conbillet.core.clock import day_start
from conbillet.memberships.models import MembershipType
from conbillet.organizations.models import Organization, RoleKind
from conbillet.payments.models import ConnectedAccount, Payment
from conbillet.sales.models import Order
from conbillet.statistics.actions.show_to_everybody import show_to_everybody
from conbillet.workflows.refunds import refund_lines
from conbillet.workflows.statistics import take_statistics

from . import texts
from .buyer import give_order
from .chats import make_chats
from .conventions import (
    Convention,
    last_year_and_this_year,
    make_big_convention,
    make_organizations,
    make_small_convention,
)
from .names import Crowd
from .newsletters import make_newsletters
from .orders import Booth
from .people import BUYER, OWNER, accept_agreements, make_people
from .visits import count_own_pages, count_visits

AT_ONCE = 1000
REFUNDS = 9
REASONS = ("Kan ikke komme alligevel", "T-shirten var for lille", "Bestilt to gange")


def ensure_demo_data(say: Callable[[str], None] = print, *, buyers: int = 3000) -> None:
    """Make the demo's data if there is none; afterwards make sure that the fake Stripe knows its accounts."""
    fresh = not Organization.objects.exists()
    if fresh:
        build(clock.now(), buyers=buyers, say=say)
    for account in ConnectedAccount.objects.select_related("organization") if settings.CONBILLET_DEMO else ():
        details = {"id": account.stripe_account, "name": account.organization.name, "ready": True}
        if _tell_fake_stripe("accounts", details) and fresh:
            _tell_history(account)
            if account.organization.slug == "nordlys":
                _dispute_one(account)


@transaction.atomic
def build(now: datetime, *, buyers: int, say: Callable[[str], None]) -> None:
    organizations = make_organizations(now)
    for slug, organization in organizations.items():
        ConnectedAccount.objects.create(
            organization=organization,
            stripe_account=f"acct_demo{slug}",
            charges_enabled=True,
            payouts_enabled=True,
            details_submitted=True,
            connected_at=now - timedelta(days=300),
            checked_at=now,
        )
    people = make_people(organizations["nordlys"], now)
    accept_agreements(organizations, now)
    last, coming = last_year_and_this_year(now)
    before = make_big_convention(organizations["nordlys"], last, closed=True, now=now, size=3000)
    ahead = make_big_convention(organizations["nordlys"], coming, closed=False, now=now, size=2600)
    odense = make_small_convention(
        organizations["terningen"],
        "terningfest",
        "Terningfest",
        "boardgames",
        coming - timedelta(days=45),
        2,
        "Paarup Hallen",
        texts.TERNINGFEST,
        now,
    )
    copenhagen = make_small_convention(
        organizations["hikari"],
        "hikaricon",
        "Hikaricon",
        "cosplay",
        coming + timedelta(days=66),
        3,
        "Karens Minde",
        texts.HIKARICON,
        now,
    )
    say("events are set up")
    crowd = Crowd(2026)
    opened = day_start(last - timedelta(days=150))
    Booth(before, crowd, now).sell(buyers * 11 // 20, first=opened, last=day_start(last - timedelta(days=2)))
    crowd.a_year_later()
    Booth(ahead, crowd, now).sell(
        buyers * 8 // 20, first=day_start(coming - timedelta(days=150)), last=now - timedelta(hours=1)
    )
    crowd.regulars = []
    _sell_memberships(organizations["nordlys"], people[OWNER].person, now)
    for convention in (before, ahead):
        give_order(people[BUYER].person, BUYER, convention.event, now)
    for convention in (odense, copenhagen):
        Booth(convention, crowd, now).sell(buyers // 40, first=now - timedelta(days=19), last=now - timedelta(hours=2))
    for convention in (before, ahead, odense, copenhagen):
        count_visits(convention.event, now)
    count_own_pages(now)
    _change_their_minds(ahead, people[OWNER].person, now)
    make_chats(organizations["nordlys"], people, now)
    take_statistics(now=now)
    owner = person_actor(people[OWNER].person.pk).for_organization(organizations["nordlys"].pk, RoleKind.OWNER)
    show_to_everybody(organization=organizations["nordlys"], on=True, actor=owner, now=now)
    make_newsletters(organizations["nordlys"], people[BUYER], now)


def _sell_memberships(organization: Organization, owner: Person, now: datetime) -> None:
    """Memberships without a convention, and a mail before they end."""
    kind = MembershipType.objects.filter(organization=organization).order_by("pk").first()
    if kind is not None:
        MembershipType.objects.filter(pk=kind.pk).update(remind_days=30)
        actor = person_actor(owner.pk).for_organization(organization.pk, RoleKind.OWNER)
        year = clock.copenhagen_day(now).year
        open_membership_sale(organization=organization, year=year, offers=[(kind, 7500)], actor=actor, now=now)


def _change_their_minds(convention: Convention, owner: Person, now: datetime) -> None:
    """What a treasurer meets: some give back a line or the whole order. The worker sends the money when the house runs."""
    actor = person_actor(owner.pk).for_organization(convention.event.organization_id, RoleKind.OWNER)
    latest = Order.objects.filter(event=convention.event, state=Order.State.PAID, amount__gt=0, buyer=None).order_by("-placed_at")
    for number, order in enumerate(latest[3 : 3 + 5 * REFUNDS : 5]):
        lines = list(order.lines.order_by("-amount"))
        chosen = lines if number % 3 == 0 else lines[-1:] if lines[-1].amount else lines[:1]
        at = now - timedelta(minutes=5 * (REFUNDS - number))
        refund_lines(order=order, lines=chosen, reason="requested", actor=actor, now=at, note=REASONS[number % 3])


def _dispute_one(account: ConnectedAccount) -> None:
    """And one buyer asks the bank, not the association. Known to the house when its webhook arrives."""
    paid = Payment.objects.filter(organization_id=account.organization_id, provider_method="card", refunded_amount=0)
    payment = paid.order_by("-captured_at").first()
    if payment is not None:
        _tell_fake_stripe("disputes", {"payment_intent": payment.provider_payment})


def _tell_history(account: ConnectedAccount) -> None:
    """The charges behind the payments by card, so that they can be refunded and the books agree."""
    paid = Payment.objects.filter(organization_id=account.organization_id).exclude(provider_payment="")
    rows = [
        {
            "id": payment.provider_payment,
            "amount": payment.captured_amount,
            "created": int((payment.captured_at or payment.created_at).timestamp()),
            "method": payment.provider_method,
            "reference": payment.reference,
        }
        for payment in paid.order_by("captured_at")
    ]
    for start in range(0, len(rows), AT_ONCE):
        _tell_fake_stripe("history", {"account": account.stripe_account, "payments": rows[start : start + AT_ONCE]})


def _tell_fake_stripe(what: str, details: dict[str, object]) -> bool:
    """The demo's Stripe forgets nothing, but a fresh one has never heard of us. Elsewhere there is none to tell."""
    request = urllib.request.Request(  # noqa: S310  our own fake on this machine
        f"{settings.STRIPE_API_BASE}/_control/{what}",
        data=json.dumps(details).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except OSError:  # an answer that is an error is one, too
        return False  # nobody there: paying will say so
    return True
