"""No personal data and no secret links in log lines."""

import logging

import pytest
from django.test import RequestFactory

from conbillet.core.logs import NoPersonalData


def line(message, *args, name="conbillet.sales", **extra) -> str:
    record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, None)
    record.__dict__.update(extra)
    assert NoPersonalData().filter(record)
    return logging.Formatter("%(message)s").format(record)


@pytest.mark.parametrize(
    ("message", "args", "kept"),
    [
        ("mail to %s failed", ("ada.lund@example.com",), "mail to [e-mail] failed"),
        ("cpr 010170-1234 typed", (), "cpr [cpr] typed"),
        ("cpr 0101701234 typed", (), "cpr [cpr] typed"),
        ("order ABCD paid 400,00 kr.", (), "order ABCD paid 400,00 kr."),
    ],
)
@pytest.mark.asvs("16.2.5")
def test_addresses_and_numbers_do_not_come_out(message, args, kept):
    assert line(message, *args) == kept


def test_a_secret_link_that_was_mistyped_is_not_logged():
    said = line(
        "Not Found: %s",
        "/order/ABCDEFGH1234/SECRETSECRET/",
        name="django.request",
        request=RequestFactory().get("/order/x/"),
    )
    assert said == "Not Found: [address]"


def test_an_error_names_the_page_by_its_pattern():
    request = RequestFactory().get("/order/ABCDEFGH1234/SECRET/")
    request.resolver_match = type("Match", (), {"route": "order/<reference>/<access_key>/"})()
    assert (
        line("Internal Server Error: %s", request.path, name="django.request", request=request)
        == "Internal Server Error: [order/<reference>/<access_key>/]"
    )


def test_a_traceback_is_scrubbed():
    try:
        raise ValueError("ada@example.com is already here")
    except ValueError:
        import sys

        record = logging.LogRecord("conbillet", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    NoPersonalData().filter(record)
    text = logging.Formatter("%(message)s").format(record)
    assert "ada@example.com" not in text and "[e-mail] is already here" in text
