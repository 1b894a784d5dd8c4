"""The last line of defence for logs: whatever slips into a message, personal data and secret links do not come out."""

import logging
import re
import time

_EMAIL = re.compile(r"[^\s<>\"'=&?/:,;()]+@[^\s<>\"'&,;()]+\.[a-zA-Z]{2,}")
_CPR = re.compile(r"\b\d{6}-?\d{4}\b")
# Addresses carry the secrets of orders and tickets, and whatever a visitor typed into the address bar.
_PATH = re.compile(r"(?<![\w.])/(?:[^\s/]+/)*[^\s/]*(?=\s|$)")


def scrub(text: str) -> str:
    """The text with e-mail addresses and CPR numbers replaced."""
    return _CPR.sub("[cpr]", _EMAIL.sub("[e-mail]", text))


class NoPersonalData(logging.Filter):
    """Renders the record once, scrubs it, and drops request objects that a formatter could read from.

    Django's own messages name the address asked for; they get the pattern of the page instead.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.name.startswith("django."):
            message = _PATH.sub(f"[{_route(record)}]", message)
        record.msg = scrub(message)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        record.__dict__.pop("request", None)
        return True


class Line(logging.Formatter):
    """Times in UTC, and saying so: lines of several servers can be put in order, also in the night of the change."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


def _route(record: logging.LogRecord) -> str:
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return getattr(match, "route", "") or "address"
