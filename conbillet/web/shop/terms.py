"""Which versions of the terms of sale and of the privacy policy a buyer accepts with an order."""

from datetime import datetime

from conbillet.consents.queries import current_policy_version, current_terms_version
from conbillet.core.clock import copenhagen_day
from conbillet.workflows.purchase import Accepted


def accepted_at(now: datetime) -> Accepted:
    """What stands behind the links of the checkout at that instant."""
    today = copenhagen_day(now)
    return Accepted(terms=current_terms_version(on=today), policy=current_policy_version(on=today))
