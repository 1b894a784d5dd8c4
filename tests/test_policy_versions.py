"""What a buyer accepts is what the pages show."""

from datetime import UTC, datetime, timedelta

import pytest

from conbillet.consents.queries import current_policy_version, current_terms_version, texts
from conbillet.core.clock import day_start
from conbillet.web.shop.terms import accepted_at


@pytest.mark.proves("policy.dates")
def test_the_checkout_accepts_what_applies_on_the_day_and_no_later_version():
    versions = sorted({version.effective_on for version in (*texts().policies, *texts().terms)})
    assert versions
    for day in versions:
        accepted = accepted_at(day_start(day))
        assert accepted.terms == current_terms_version(on=day)
        assert accepted.policy == current_policy_version(on=day)
    newest = max(version.updated_on for version in texts().policies)
    assert accepted_at(datetime.now(UTC) + timedelta(days=3650)).policy == newest.isoformat()
