"""What the tests of refunds share."""

from conbillet.organizations.models import RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.workflows.refunds import refund_lines


def everything(shop) -> list[Wish]:
    world = shop.world
    return [
        Wish(world.adult.pk, 1),
        Wish(world.membership.pk, 1),
        Wish(world.bed.pk, 1),
        Wish(world.shirt.pk, 1, world.sizes["M"].pk),
    ]


def owner(shop):
    return shop.world.actor(shop.world.owner, RoleKind.OWNER)


def refund(shop, order, kind="ticket", **details):
    values = {"lines": shop.lines(order, kind), "reason": "requested", "actor": owner(shop), "now": shop.now}
    return refund_lines(order=order, **{**values, **details})


def at_stripe(shop) -> list[int]:
    return [row["amount"] for row in shop.stripe.objects("refund")]
