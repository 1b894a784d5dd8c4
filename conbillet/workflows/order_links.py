"""Sending somebody the links of their orders and tickets again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core.rate_limits import spend
from conbillet.core.references import new_reference
from conbillet.mail.actions.queue_mail import queue_mail

HOUR = 3600


class TooManyLinks(Exception):
    """Enough mails were asked for; said to everybody alike, whether the address has an order or not."""

    message = _("We have sent this several times already. Look in your spam folder, or try again in an hour.")


@transaction.atomic
def send_order_links(*, email: str, language: str, network: str, now: datetime) -> None:
    """Queue a mail to `email` with the links of everything bought with it. Raises TooManyLinks.

    Every address gets a mail, also one without orders (it says so), so that neither page nor time tells who bought.
    """
    within = spend("order links", email, amount=3, seconds=HOUR, now=now) and spend(
        "order links from", network, amount=20, seconds=HOUR, now=now
    )
    if not within:
        raise TooManyLinks
    queue_mail(
        kind="order_links",
        key=f"order_links/{new_reference(20)}",
        recipient=email,
        language=language,
        about="",
        organization_id=None,
        person_id=None,
        now=now,
    )
