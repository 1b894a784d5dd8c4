"""Which addresses and mails are our own: where answers go, and how we know our own mails again."""

import re
from email.utils import parseaddr

from django.conf import settings

_OWN = re.compile(r"<mail-(\d{1,18})@([^<>\s]+)>")


def own_domain() -> str:
    """The domain in the Message-IDs of our mails."""
    return settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip(">")


def message_id(mail: int) -> str:
    """The Message-ID of a mail in our queue: always the same for the same mail."""
    return f"<mail-{mail}@{own_domain()}>"


def own_message(identifier: str) -> int | None:
    """The number of the queued mail that a Message-ID of ours names; None for anybody else's."""
    found = _OWN.fullmatch(identifier)
    return int(found[1]) if found and found[2].lower() == own_domain().lower() else None


def our_addresses() -> set[str]:
    """Addresses from which a mail would be from ourselves."""
    ours = {settings.CONBILLET_OPERATOR["email"], settings.CONBILLET_INBOX_ADDRESS}
    return {one.lower() for one in (*ours, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]) if one}


def reply_address(reference: str) -> str:
    """Where answers about a case go: the inbox, with the case's reference behind a plus where its server can do that."""
    address: str = settings.CONBILLET_INBOX_ADDRESS
    if not settings.CONBILLET_INBOX_PLUS:
        return address
    local, _at, domain = address.rpartition("@")
    return f"{local}+{reference.lower()}@{domain}"
