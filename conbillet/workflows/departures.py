"""An association leaves: agreed, handed over, deleted on its day, with a mail at each step."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.organizations.models import Organization
from conbillet.privacy.actions.ask_to_leave import ask_to_leave
from conbillet.privacy.actions.delete_association import NotToday, delete_association
from conbillet.privacy.erasure.erase import backups_until
from conbillet.privacy.erasure.words import OTHER_THING, THINGS
from conbillet.privacy.models import Departure, DepartureLine

log = logging.getLogger("conbillet.departures")
# What else an association has than tables about people, as people would call it.
OWN_THINGS = {
    "catalogue_event": "events", "catalogue_product": "products", "payments_payment": "payments",
    "payments_ledgerentry": "ledger", "tickets_ticket": "tickets", "sales_orderline": "lines",
}  # fmt: skip


@transaction.atomic
def leave(*, organization: Organization, delete_on: date, reason: str, actor: Actor, now: datetime) -> Departure:
    """Agree that the association leaves, and tell it by mail. Raises CannotLeave."""
    departure = ask_to_leave(organization=organization, delete_on=delete_on, reason=reason, actor=actor, now=now)
    _queue("departure_agreed", departure, organization.email, now)
    return departure


def delete_departed(*, now: datetime) -> int:
    """Delete the associations whose day has come; how many. Runs every night; what cannot go yet is tried again."""
    due = Departure.objects.filter(
        delete_on__lte=copenhagen_day(now), deleted_at=None, withdrawn_at=None, handed_over_at__isnull=False
    ).select_related("organization")
    count = 0
    for departure in due.order_by("id"):
        recipient = departure.organization.email if departure.organization else ""
        try:
            with transaction.atomic():
                deleted = delete_association(departure=departure, now=now)
                _queue("departure_receipt", deleted, recipient, now)
        except NotToday:
            log.warning("an association that leaves cannot be deleted yet (departure %s)", departure.pk)
            continue
        count += 1
    return count


def receipt_rows(departure: Departure) -> list[tuple[str, int]]:
    """What was deleted, by what people would call it, in rows."""
    found: dict[str, int] = {}
    for line in departure.lines.filter(outcome=DepartureLine.Outcome.DELETED):
        name = thing(line.table)
        found[name] = found.get(name, 0) + line.count
    return sorted(found.items())


def thing(table: str) -> str:
    """A table's name as people would say it, in the language of the moment."""
    own = {
        "events": _("Events"), "products": _("Products"), "payments": _("Payments"), "ledger": _("Ledger entries"),
        "tickets": _("Tickets"), "lines": _("Order lines"),
    }  # fmt: skip
    if table in OWN_THINGS:
        return own[OWN_THINGS[table]]
    return str(THINGS.get(table, OTHER_THING))


def last_backup_day(departure: Departure) -> date:
    """Until when a backup can still hold it."""
    return copenhagen_day(backups_until(departure.deleted_at or departure.asked_at))


def _queue(kind: str, departure: Departure, recipient: str, now: datetime) -> None:
    if recipient:
        queue_mail(
            kind=kind,
            key=f"{kind}/{departure.reference}",
            recipient=recipient,
            language="da",
            about=departure.reference,
            organization_id=None,
            person_id=None,
            now=now,
        )
