"""The links by which people open the tickets that somebody else bought for them."""

from conbillet.core.references import new_reference

from .models import Order, Participant


def renew_claim_links(order: Order) -> None:
    """New secrets for everybody on the order: whoever has seen its page, or a mail about it, has the old links too.

    What was taken to an account by such a link is given back: it may have been taken by the one to whom the mail should not
    have gone. Whoever it is for is sent the new link, or gets it from the buyer, and takes it once more.
    """
    people = list(order.participants.exclude(claim_key="").order_by("pk"))
    for person in people:
        person.claim_key = new_reference(24)
        if person.claimed_at is not None:
            person.person_id = person.claimed_at = None
    Participant.objects.bulk_update(people, ["claim_key", "person", "claimed_at"])
