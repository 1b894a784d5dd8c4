"""The security log says what happened and names nobody."""

import logging
from collections.abc import Iterator

import pytest

from conbillet.core import security_log
from conbillet.core.logs import Line


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is written while the test runs."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]  # replaced on purpose
    logger = logging.getLogger("conbillet.security")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


@pytest.mark.asvs("16.2.1", "16.2.5")
def test_the_same_person_has_the_same_mark_and_no_name(lines):
    for email in ("Ada@example.com", "ada@example.com", "bo@example.com"):
        security_log.note("code_wrong", who=email, network="192.0.2.7")
    first, second, third = lines
    assert first == second != third
    assert "ada" not in first.lower() and "192.0.2" not in first and first.startswith("code_wrong who=")


@pytest.mark.asvs("16.4.1")
def test_what_somebody_typed_cannot_make_a_line_of_its_own(lines):
    security_log.note("refused", page="x\npassword_right who=0123456789ab")
    assert lines == ["refused page=?"]


@pytest.mark.asvs("16.2.2")
def test_times_are_in_utc():
    record = logging.LogRecord("conbillet.security", logging.INFO, "", 0, "refused", None, None)
    record.created, record.msecs = 1_774_746_000.0, 0.0  # 29 March 2026, 01:00 UTC: the clocks change in Denmark
    assert Line("{asctime} {message}", style="{").format(record) == "2026-03-29T01:00:00.000Z refused"
