"""Which versions of the terms of sale and of the privacy policy a buyer accepts with an order."""

from conbillet.workflows.purchase import Accepted

TERMS_VERSION = "2026-11-22"
POLICY_VERSION = "2026-11-22"
ACCEPTED = Accepted(terms=TERMS_VERSION, policy=POLICY_VERSION)
