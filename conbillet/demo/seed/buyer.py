"""What the one who signs in as a buyer has bought: one order of each big convention is hers."""

from datetime import datetime

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event, ProductKind
from conbillet.memberships.models import Membership
from conbillet.sales.models import Order, Receipt

_SNAPSHOT = ("name", "badge_name", "birth_date", "gender", "street", "postcode", "city")


def give_order(person: Person, email: str, event: Event, now: datetime) -> Order:
    """A paid order with a ticket and a membership for its buyer becomes this person's, with all that names its buyer."""
    order = (
        Order.objects.filter(
            event=event,
            state=Order.State.PAID,
            method=Order.Method.CARD,
            lines__kind=ProductKind.MEMBERSHIP,
            lines__payer_relation="self",
            lines__reverses=None,
        )
        .order_by("pk")
        .distinct()[:1]
        .get()
    )
    participant = order.participants.order_by("pk")[0]
    for name in _SNAPSHOT:
        setattr(participant, name, getattr(person, name))
    participant.email, participant.person = email, person
    participant.save()
    order.buyer, order.buyer_name, order.buyer_email = person, person.name, email
    order.buyer_street, order.buyer_postcode, order.buyer_city = person.street, person.postcode, person.city
    order.email_confirmed_at = order.placed_at
    order.save()
    Receipt.objects.filter(order=order).update(buyer_name=person.name)
    for line in order.lines.filter(kind=ProductKind.MEMBERSHIP, participant=participant):
        membership = Membership.objects.select_related("member").get(source_reference=f"line-{line.pk}")
        membership.payer_name = person.name
        membership.save()
        member = membership.member
        for name in _SNAPSHOT:
            if name != "badge_name":
                setattr(member, name, getattr(person, name))
        member.email, member.person = email, person
        member.save()
    return order
