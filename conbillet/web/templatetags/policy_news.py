"""`{% coming_policy %}`: a banner when a new version of the privacy policy is on its way. Reads no database."""

from typing import Any

from django import template

from conbillet.consents.policy_texts import coming
from conbillet.consents.queries import current_policy, texts
from conbillet.core import clock

register = template.Library()


@register.inclusion_tag("components/coming_policy.html")
def coming_policy() -> dict[str, Any]:
    today = clock.copenhagen_day(clock.now())
    return {"coming": coming(texts().policies, today), "former": current_policy(on=today)}
