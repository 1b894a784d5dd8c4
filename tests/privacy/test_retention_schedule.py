"""The clock runs every retention rule, and nothing forgets outside the table of rules."""

from procrastinate.contrib.django import app

import conbillet.config.schedule  # noqa: F401 - registers its tasks
from conbillet.privacy.retention.rules import RULES


def test_every_rule_is_on_the_clock():
    names = list(app.tasks)
    assert [rule.name for rule in RULES if not any(name.endswith(f"retention_{rule.name}") for name in names)] == []


def test_nothing_about_people_is_forgotten_twice():
    """Counters and jobs hold no personal data; everything else that is forgotten is a rule."""
    forgetting = {name.rsplit(":", 1)[-1] for name in app.tasks if "forget_" in name}
    assert forgetting == {"forget_old_counters", "forget_old_jobs"}
