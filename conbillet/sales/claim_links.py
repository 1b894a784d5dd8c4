"""The links by which people open the tickets that somebody else bought for them."""

from conbillet.core.references import new_reference

from .models import Order, Participant


def renew_claim_links(order: Order) -> None:
    """New secrets for everybody on the order: whoever has seen its page, or a mail about it, has the old links too."""
    people = list(order.participants.exclude(claim_key="").order_by("pk"))
    for person in people:
        person.claim_key = new_reference(24)
    Participant.objects.bulk_update(people, ["claim_key"])
