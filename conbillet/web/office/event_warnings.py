"""What looks wrong about an event's setup, what the catalogue cannot know included."""

from django.utils.translation import gettext as _

from conbillet.catalogue.models import Event, Product
from conbillet.catalogue.queries import OfficeEvent, office_event
from conbillet.catalogue.warnings import Gravity, SetupWarning
from conbillet.core import clock
from conbillet.organizations.models import Organization
from conbillet.payments.models import ConnectedAccount


def setup_of(event: Event, organization: Organization) -> tuple[OfficeEvent, list[SetupWarning]]:
    """The event as the office sees it, and everything worth a look, the gravest first."""
    found = office_event(event=event, organization=organization, today=clock.copenhagen_day(clock.now()))
    warnings = list(found.warnings)
    if any(_costs(product) for product in found.products) and not _can_be_paid(organization):
        text = _without_stripe(event)
        after = sum(warning.gravity is Gravity.BLOCKER for warning in warnings)
        warnings.insert(after, SetupWarning(Gravity.WARNING, "nobody_can_pay", text))
    return found, warnings


def _without_stripe(event: Event) -> str:
    """What the checkout says to buyers, said to the office before."""
    if event.transfer_allowed and event.door_allowed:
        return _(
            "Stripe is not connected, so nobody can pay by card or MobilePay yet: only by bank transfer or at the door."
        )
    if event.transfer_allowed:
        return _("Stripe is not connected, so nobody can pay by card or MobilePay yet: only by bank transfer.")
    if event.door_allowed:
        return _("Stripe is not connected, so nobody can pay by card or MobilePay yet: only at the door.")
    return _(
        "Stripe is not connected, so nobody can pay by card or MobilePay yet. Until it is, nothing that costs something can be ordered."
    )


def _costs(product: Product) -> bool:
    return product.is_offered and any(price.amount > 0 for price in product.prices.all())


def _can_be_paid(organization: Organization) -> bool:
    return ConnectedAccount.objects.filter(organization=organization, charges_enabled=True).exists()
