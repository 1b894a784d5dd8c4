"""What a buyer accepts is what the pages show."""

from datetime import date

import pytest

from conbillet.consents.queries import current_policy_version, current_terms_version, texts
from conbillet.web.shop.terms import ACCEPTED


@pytest.mark.proves("policy.dates")
def test_the_checkout_accepts_the_newest_texts():
    newest = max(version.effective_on for version in (*texts().policies, *texts().terms))
    assert ACCEPTED.terms == current_terms_version(on=newest)
    assert ACCEPTED.policy == current_policy_version(on=newest)
    assert newest >= date(2026, 11, 22)
