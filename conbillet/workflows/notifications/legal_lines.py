"""What the law wants said in a letter about an order: who sells, what can be regretted and how, where to complain."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.catalogue.models import KINDS_WITH_WITHDRAWAL
from conbillet.consents.models import Acceptance
from conbillet.core.references import pretty
from conbillet.mail.letter import Button
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order, OrderLine


def seller_lines(organization: Organization) -> tuple[str, ...]:
    """Who sells, as a shop must say it: name, CVR, address, e-mail address (e-handelsloven § 7)."""
    parts = [
        organization.name,
        _("CVR %(number)s") % {"number": organization.cvr} if organization.cvr else "",
        _address(organization),
        organization.email,
    ]
    return (_("Seller: %(seller)s") % {"seller": ", ".join(part for part in parts if part)},)


def legal_lines(order: Order, lines: Sequence[OrderLine]) -> tuple[str, ...]:
    """Right of withdrawal with its form (forbrugeraftaleloven §§ 8, 13), resale, complaints. A mail is what the buyer keeps."""
    seller = order.organization
    texts = []
    if any(line.kind not in KINDS_WITH_WITHDRAWAL for line in lines):
        texts.append(
            _(
                "There is no right of withdrawal for tickets, sleeping places and meals on fixed dates "
                "(the Consumer Contracts Act § 18(2)(12))."
            )
        )
    if any(line.kind in KINDS_WITH_WITHDRAWAL for line in lines):
        texts += [
            _(
                "For goods and memberships you have a 14-day right of withdrawal, counted for goods from the day you receive them and for memberships from the purchase. "
                "Write to the seller to use it, for example with the form below; you need not say why. You send goods back within 14 days after that and pay for sending them. "
                "You get your money back the way you paid, 14 days after your message at the latest; for goods, once they or a proof that they were sent have arrived."
            ),
            _(
                "Withdrawal form. To %(seller)s: I hereby give notice that I withdraw from my contract of sale of the following goods or services: … "
                "Order %(order)s, received on: … Name and address of the consumer: … Date and, on paper, signature: …"
            )
            % {
                "seller": ", ".join(part for part in (seller.name, _address(seller), seller.email) if part),
                "order": pretty(order.reference),
            },
        ]
    texts.append(_("Tickets may not be resold for profit."))
    texts.append(
        _(
            "Complaints: write to %(email)s first. If that does not help: Mæglingsteamet for Forbrugerklager, Nævnenes Hus, Toldboden 2, 8800 Viborg, naevneneshus.dk."
        )
        % {"email": seller.email}
    )
    return tuple(texts)


def terms_link(order: Order) -> Button:
    """The terms of sale in the version that was accepted with the order, which stays readable."""
    version = Acceptance.objects.filter(about=order.reference, document="terms").values_list("version", flat=True).first()
    path = f"/policy/terms/{version}/" if version else "/policy/terms/"
    return Button(_("Terms of sale"), f"{settings.CONBILLET_BASE_URL}{path}")


def _address(organization: Organization) -> str:
    town = f"{organization.postcode} {organization.city}".strip()
    return ", ".join(part for part in (organization.street, town) if part)
