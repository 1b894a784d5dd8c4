"""What looks wrong about an event's setup: contradictions are told before visitors meet them.

Pure: reads only what it is given, with prices, quotas and variants prefetched. A blocker keeps an event from being
published; the rest is advice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.core.clock import day_end
from conbillet.core.formats import format_day
from conbillet.core.money import VatCode
from conbillet.memberships.models import MembershipType
from conbillet.memberships.periods import inside_one_year, period_from
from conbillet.organizations.models import Organization, VatStatus

from .models import Event, Price, Product, ProductKind, Quota
from .rules import product_name

DUF_LEAST_DUES = 7500  # øre: dues below 75 kr. do not count as a membership at DUF (fact sheet, section 2)
_LIMITED = frozenset({ProductKind.TICKET, ProductKind.DAY_TICKET, ProductKind.SLEEPING, ProductKind.MEAL})


class Gravity(StrEnum):
    BLOCKER = "blocker"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class SetupWarning:
    """`code` is stable, for tests and pages; `product_id` says beside which product it belongs."""

    gravity: Gravity
    code: str
    text: str
    product_id: int | None = None


def warnings_for(
    *, event: Event, organization: Organization, products: Sequence[Product], quotas: Sequence[Quota], today: date
) -> list[SetupWarning]:
    """Everything that looks wrong, the gravest first."""
    offered = [product for product in products if product.is_offered]
    found = [*_event(event, today), *_selection(offered, event)]
    for product in offered:
        found += _product(event, product)
        found += _price(product)
        found += _tax(product, organization)
        if product.membership_type is not None:
            found += _membership(event, product, product.membership_type, today)
    for quota in quotas:
        if not list(quota.product_quotas.all()):
            found.append(
                SetupWarning(
                    Gravity.WARNING,
                    "quota_unused",
                    _("Nothing takes from the quota “%(quota)s”.") % {"quota": quota.name},
                )
            )
    order = list(Gravity)
    return sorted(found, key=lambda one: order.index(one.gravity))


def _event(event: Event, today: date) -> Iterator[SetupWarning]:
    opens, closes = event.sales_open_at, event.sales_close_at
    if opens and closes and closes <= opens:
        yield SetupWarning(Gravity.BLOCKER, "sale_backwards", _("The sale closes before it opens."))
    if closes and closes > day_end(event.ends_on):
        yield SetupWarning(Gravity.WARNING, "sale_after_event", _("The sale closes after the event has ended."))
    if opens and opens > day_end(event.ends_on):
        yield SetupWarning(Gravity.BLOCKER, "sale_opens_after_event", _("The sale opens after the event has ended."))
    if event.ends_on < today and event.state in (Event.State.DRAFT, Event.State.LIVE):
        yield SetupWarning(Gravity.WARNING, "event_past", _("The event's days have passed."))
    elif closes and closes <= day_end(today) and event.state == Event.State.DRAFT:
        yield SetupWarning(Gravity.WARNING, "sale_past", _("The sale closes today or has closed already."))
    if event.transfer_allowed and not event.transfer_account.strip():
        yield SetupWarning(
            Gravity.BLOCKER, "transfer_account", _("Bank transfer is allowed, but there is no account to transfer to.")
        )
    if event.sells_memberships_only:
        return
    if not event.venue or not event.city:
        yield SetupWarning(
            Gravity.WARNING, "no_venue", _("The page does not say where it is: write the venue and the town.")
        )
    if event.picture and not event.picture_alt.strip():
        yield SetupWarning(Gravity.WARNING, "no_alt", _("The picture has no description for people who cannot see it."))
    if not event.description_da.strip():
        yield SetupWarning(Gravity.HINT, "no_description", _("There is no description yet."))
    elif not event.description_en.strip():
        yield SetupWarning(
            Gravity.HINT, "no_english", _("There is no English description; English readers see the Danish one.")
        )


def _selection(offered: Sequence[Product], event: Event) -> Iterator[SetupWarning]:
    if not offered:
        yield SetupWarning(Gravity.BLOCKER, "nothing_for_sale", _("Nothing is for sale yet."))
        return
    tickets = [product for product in offered if product.admits]
    if not tickets and not event.sells_memberships_only:
        yield SetupWarning(
            Gravity.WARNING, "no_ticket", _("There is no ticket among the things for sale, so nobody can get in.")
        )
        if any(product.needs_ticket for product in offered):
            yield SetupWarning(
                Gravity.BLOCKER,
                "ticket_needed",
                _("Something can only be bought together with a ticket, and there is none."),
            )
    yield from _age_gaps([product for product in tickets if product.kind == ProductKind.TICKET])
    member = any(price.audience == Price.Audience.MEMBER for product in offered for price in product.prices.all())
    if member and not any(product.kind == ProductKind.MEMBERSHIP for product in offered):
        yield SetupWarning(
            Gravity.WARNING,
            "member_price_without_membership",
            _("There are member prices, but no membership to buy here."),
        )


def _age_gaps(tickets: Sequence[Product]) -> Iterator[SetupWarning]:
    if not tickets:
        return
    uncovered = [
        age
        for age in range(100)
        if not any((one.age_from or 0) <= age and (one.age_to is None or age <= one.age_to) for one in tickets)
    ]
    if uncovered:
        first = last = uncovered[0]
        while last + 1 in uncovered:
            last += 1
        text = _("No ticket is for people of %(first)s to %(last)s years.") % {"first": first, "last": last}
        if last >= 99:
            text = _("No ticket is for people of %(first)s years and up.") % {"first": first}
        yield SetupWarning(Gravity.WARNING, "age_gap", text)


def _product(event: Event, product: Product) -> Iterator[SetupWarning]:
    name, pk = {"product": product_name(product)}, product.pk
    opens, closes = product.sales_open_at, product.sales_close_at
    if opens and closes and closes <= opens:
        yield SetupWarning(
            Gravity.BLOCKER, "product_sale_backwards", _("The sale of “%(product)s” closes before it opens.") % name, pk
        )
    elif (opens and event.sales_close_at and opens >= event.sales_close_at) or (
        closes and event.sales_open_at and closes <= event.sales_open_at
    ):
        yield SetupWarning(
            Gravity.WARNING,
            "product_never_sold",
            _("The sale of “%(product)s” lies outside that of the event, so it is never for sale.") % name,
            pk,
        )
    if closes and closes > day_end(event.ends_on):
        yield SetupWarning(
            Gravity.WARNING,
            "product_sale_after_event",
            _("The sale of “%(product)s” closes after the event has ended.") % name,
            pk,
        )
    if product.valid_on and not event.starts_on <= product.valid_on <= event.ends_on:
        yield SetupWarning(
            Gravity.BLOCKER, "valid_outside_event", _("“%(product)s” is valid on a day outside the event.") % name, pk
        )
    if product.kind == ProductKind.DAY_TICKET and product.valid_on is None and event.starts_on != event.ends_on:
        yield SetupWarning(
            Gravity.HINT,
            "day_ticket_any_day",
            _("“%(product)s” is a day ticket without a day: it lets people in on any one day.") % name,
            pk,
        )
    if product.pay_by_on and product.pay_by_on > event.ends_on:
        yield SetupWarning(
            Gravity.WARNING,
            "pay_by_after_event",
            _("“%(product)s” is to be paid after the event has ended.") % name,
            pk,
        )
    if product.kind in _LIMITED and not _counted(product):
        yield SetupWarning(
            Gravity.WARNING,
            "no_quota",
            _("“%(product)s” takes from no quota, so there is no end to how many can be sold.") % name,
            pk,
        )
    if product.kind in (ProductKind.SLEEPING, ProductKind.MEAL) and not product.needs_ticket:
        yield SetupWarning(
            Gravity.HINT, "without_ticket", _("“%(product)s” can be bought without a ticket.") % name, pk
        )


def _counted(product: Product) -> bool:
    links = list(product.product_quotas.all())
    if any(link.variant_id is None for link in links):
        return True
    variants = {variant.pk for variant in product.variants.all()}
    return bool(variants) and variants <= {link.variant_id for link in links}


def _price(product: Product) -> Iterator[SetupWarning]:
    name, pk = {"product": product_name(product)}, product.pk
    prices = {price.audience: price.amount for price in product.prices.all()}
    ordinary, member = prices.get(Price.Audience.ORDINARY), prices.get(Price.Audience.MEMBER)
    if ordinary is None:
        yield SetupWarning(Gravity.BLOCKER, "no_price", _("“%(product)s” has no price.") % name, pk)
        return
    if ordinary == 0 and product.admits and product.age_from is None and product.age_to is None:
        yield SetupWarning(
            Gravity.WARNING,
            "free_for_all",
            _("“%(product)s” costs nothing and has no age limit: anybody can take it.") % name,
            pk,
        )
    if member is not None and member > ordinary:
        yield SetupWarning(
            Gravity.WARNING, "member_pays_more", _("Members pay more than others for “%(product)s”.") % name, pk
        )


def _tax(product: Product, organization: Organization) -> Iterator[SetupWarning]:
    registered = organization.vat_status == VatStatus.REGISTERED
    name = {"product": product_name(product)}
    if registered and product.vat_code == VatCode.NOT_REGISTERED:
        yield SetupWarning(
            Gravity.WARNING,
            "vat_missing",
            _("The association is registered for VAT, but “%(product)s” says that it is not.") % name,
            product.pk,
        )
    if not registered and product.vat_code == VatCode.STANDARD_25:
        yield SetupWarning(
            Gravity.WARNING,
            "vat_unregistered",
            _("“%(product)s” has VAT in its price, but the association is not registered for VAT.") % name,
            product.pk,
        )


def _membership(event: Event, product: Product, kind: MembershipType, today: date) -> Iterator[SetupWarning]:
    name = {"product": product_name(product)}
    last_day = period_from(kind, today)[1]
    if last_day < event.starts_on:
        yield SetupWarning(
            Gravity.HINT,
            "dues_end_before_event",
            _("Whoever buys “%(product)s” today is a member until %(day)s, before the event begins.")
            % (name | {"day": format_day(last_day, get_language())}),
            product.pk,
        )
    # Bought in the middle of a year: only a period that ends with that year is safe.
    crosses = not inside_one_year(period_from(kind, date(today.year, 7, 1)))
    if crosses:
        yield SetupWarning(
            Gravity.WARNING,
            "period_crosses_year",
            _(
                "The period of “%(product)s” crosses the turn of the year. Such memberships are not sure to count at DUF."
            )
            % name,
            product.pk,
        )
    prices = {price.audience: price.amount for price in product.prices.all()}
    dues = prices.get(Price.Audience.ORDINARY)
    if dues is not None and dues < DUF_LEAST_DUES:
        yield SetupWarning(
            Gravity.HINT,
            "dues_below_duf",
            _("Dues below 75 kr. do not count at DUF: “%(product)s”.") % name,
            product.pk,
        )


def blockers(found: Sequence[SetupWarning]) -> list[SetupWarning]:
    return [warning for warning in found if warning.gravity is Gravity.BLOCKER]
