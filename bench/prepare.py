"""What the load needs to know of a database, as JSON: `python -m bench.prepare shop | office | door COUNT | race SIZE`."""

import json
import secrets
import sys
from typing import Any

import django
from django.conf import settings

SLUG = "bench"


def main() -> None:
    django.setup()
    what, *numbers = sys.argv[1:]
    print(json.dumps({"shop": shop, "office": office, "door": door, "race": race}[what](*map(int, numbers))))


def _event() -> Any:
    from conbillet.catalogue.models import Event

    return Event.objects.select_related("organization").get(slug=SLUG)


def shop() -> dict[str, Any]:
    """One adult's ticket: what a buyer is most likely to buy."""
    event = _event()
    adult = event.products.get(kind="ticket", age_from=18, valid_on=None)
    return {"event": f"/{event.organization.slug}/{SLUG}/", "products": [adult.pk], "sold_out": _sold_out()}


def race(size: int) -> dict[str, Any]:
    """A fresh event with so many places."""
    from conbillet.catalogue.models import Event, Price, Product, ProductQuota, Quota
    from conbillet.core.references import new_reference

    event = _event()
    organization = event.organization
    event.pk, event.slug, event.reference = None, f"race-{secrets.token_hex(4)}", new_reference()
    event.state = Event.State.LIVE
    event.save()
    product = Product.objects.create(
        organization=organization, event=event, kind="ticket", name_da="Billet", name_en="Ticket", needs_person=True
    )
    Price.objects.create(organization=organization, product=product, amount=10_000)
    quota = Quota.objects.create(organization=organization, event=event, name="Pladser", size=size)
    ProductQuota.objects.create(organization=organization, product=product, quota=quota)
    return {
        "event": f"/{organization.slug}/{event.slug}/",
        "products": [product.pk],
        "sold_out": _sold_out(),
        "quota": quota.pk,
        "event_id": event.pk,
    }


def office() -> dict[str, Any]:
    """Somebody of the association, signed in with a second factor, and the pages with lists."""
    event = _event()
    own = f"/office/{event.organization.slug}/"
    pages = {"dashboard": own, "orders": f"{own}orders/", "figures": f"{own}events/{SLUG}/figures/"}
    return {**_sign_in(event.organization), "pages": pages}


def door(count: int) -> dict[str, Any]:
    """So many tickets that nobody has used, ready to be scanned."""
    from conbillet.tickets.models import Ticket
    from conbillet.workflows.documents import ticket_code

    event = _event()
    unused = Ticket.objects.filter(
        event=event, admits=True, check_ins__isnull=True, line__product__valid_on=None, voided_at=None
    )
    codes = [ticket_code(ticket, event) for ticket in unused.order_by("-pk")[:count]]
    path = f"/door/{event.organization.slug}/{SLUG}/check-in/"
    return {**_sign_in(event.organization), "path": path, "codes": codes}


def _sold_out() -> str:
    from django.utils.translation import override

    from conbillet.sales.actions.add_to_cart import ProductSoldOut

    with override("da"):
        return str(ProductSoldOut.message)


def _sign_in(organization: Any) -> dict[str, Any]:
    from django.test import Client

    from conbillet.accounts.models import Account, Person
    from conbillet.core import clock
    from conbillet.organizations.models import Role, RoleKind
    from tests.login import log_in

    now = clock.now()
    person = Person.objects.create(name="Otto Office", created_at=now, updated_at=now)
    email = f"otto-{secrets.token_hex(4)}@example.com"
    account = Account.objects.create(person=person, email=email, created_at=now)
    account.set_unusable_password()
    account.save()
    Role.objects.create(organization=organization, person=person, kind=RoleKind.OWNER, granted_at=now)
    client = log_in(Client(), person)
    session = client.session
    csrf = session["_csrftoken"] = secrets.token_hex(16)
    session.save()
    name = settings.SESSION_COOKIE_NAME
    return {"cookies": {name: client.cookies[name].value}, "csrf": csrf}


if __name__ == "__main__":
    main()
