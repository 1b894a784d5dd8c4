"""What the sections of my start page show of the person who is signed in."""

from typing import Any

from django import template
from django.db.models import Q

from conbillet.core import clock
from conbillet.memberships.queries import memberships_of
from conbillet.sales.queries import orders_of
from conbillet.web.me.pockets import pockets_of

register = template.Library()
SHOWN = 3


@register.simple_tag(takes_context=True)
def my_pockets(context: template.Context) -> list[Any]:
    """`{% my_pockets as pockets %}`: my coming events with my tickets."""
    return pockets_of(person_id=context["request"].user.person_id, now=clock.now())


@register.simple_tag(takes_context=True)
def my_last_orders(context: template.Context) -> list[Any]:
    return list(orders_of(person_id=context["request"].user.person_id)[:SHOWN])


@register.simple_tag(takes_context=True)
def my_memberships_today(context: template.Context) -> list[Any]:
    """Those that hold today."""
    today = clock.copenhagen_day(clock.now())
    found = memberships_of(person_id=context["request"].user.person_id)
    staying = Q(member__left_on__isnull=True) | Q(member__left_on__gte=today)
    return list(found.filter(staying, period_to__gte=today, ended_at=None, paid_at__isnull=False))
