"""The last line of defence for logs: whatever slips into a message, e-mail addresses and CPR numbers do not come out."""

import logging
import re

_EMAIL = re.compile(r"[^\s<>\"'=&?/:,;()]+@[^\s<>\"'&,;()]+\.[a-zA-Z]{2,}")
_CPR = re.compile(r"\b\d{6}-?\d{4}\b")


def scrub(text: str) -> str:
    """The text with e-mail addresses and CPR numbers replaced."""
    return _CPR.sub("[cpr]", _EMAIL.sub("[e-mail]", text))


class NoPersonalData(logging.Filter):
    """Renders the record once, scrubs it, and drops request objects that a formatter could read from."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrub(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        record.__dict__.pop("request", None)
        return True
