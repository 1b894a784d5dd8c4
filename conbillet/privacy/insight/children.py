"""Children under 15 and who may ask for them (decision: a guardian gets what they entered, or what a case has shown).

Nobody can name a child: a child is found on the asker's own orders, or by a guardianship that the desk has written down.
"""

from datetime import datetime
from typing import Any

from conbillet.accounts.models import Person
from conbillet.core.clock import age_on, copenhagen_day
from conbillet.memberships.models import Membership
from conbillet.sales.models import Order, OrderLine, Participant
from conbillet.tickets.models import CheckIn, Ticket

from ..models import Guardianship
from .facts import Child
from .history import handovers_of

GROWN_UP = 15  # from that birthday on they ask themselves


def children_of(*, orders: list[Order], themselves: list[Participant], now: datetime) -> list[Child]:
    """Children on the subject's own orders who have neither an account nor an address of their own.

    What is told is what the buyer typed and what became of it; not what others have told about a child of that name.
    """
    today = copenhagen_day(now)
    rows = Participant.objects.filter(order__in=orders, person__isnull=True, birth_date__isnull=False, email="")
    rows = rows.exclude(pk__in=[row.pk for row in themselves])
    young = [row for row in rows.order_by("pk") if row.birth_date and age_on(row.birth_date, today) < GROWN_UP]
    pks = [row.pk for row in young]
    handed = handovers_of(persons=(), participants=pks, orders=(), by_participant=True)
    lines = list(OrderLine.objects.filter(participant__in=pks).order_by("pk"))
    tickets: dict[int | None, list[dict[str, Any]]] = {}
    came: dict[int, list[datetime]] = {}
    for check_in in CheckIn.objects.filter(ticket__participant__in=pks, undone_at=None).order_by("pk"):
        came.setdefault(check_in.ticket_id, []).append(check_in.at)
    for ticket in Ticket.objects.filter(participant__in=pks).select_related("event").order_by("pk"):
        told: dict[str, Any] = {
            "reference": ticket.reference,
            "event": ticket.event.name,
            "issued_at": ticket.issued_at,
        }
        told |= {"voided_at": ticket.voided_at} if ticket.voided_at else {}
        told |= {"checked_in_at": came[ticket.pk]} if ticket.pk in came else {}
        tickets.setdefault(ticket.participant_id, []).append(told)
    dues = _dues(lines)
    return [
        Child(
            organization=row.organization_id,
            values={name: value for name in _TYPED if (value := getattr(row, name))},
            tickets=tickets.get(row.pk, []),
            dues=dues.get(row.pk, []),
            handovers=[one for pk, one in handed if pk == row.pk],
        )
        for row in young
    ]


_TYPED = ("name", "badge_name", "birth_date", "gender", "street", "postcode", "city", "country")


def _dues(lines: list[OrderLine]) -> dict[int | None, list[dict[str, Any]]]:
    """Participant → the memberships that these very lines paid for."""
    of_line = {f"line-{line.pk}": line.participant_id for line in lines}
    found: dict[int | None, list[dict[str, Any]]] = {}
    for membership in Membership.objects.filter(source_reference__in=of_line).order_by("pk"):
        told: dict[str, Any] = {
            "period_from": membership.period_from,
            "period_to": membership.period_to,
            "dues_amount": membership.dues_amount,
            "dues_text": membership.dues_text,
            "payer_relation": membership.payer_relation,
        }
        found.setdefault(of_line[membership.source_reference], []).append(told)
    return found


def wards_of(*, guardian: Person, now: datetime) -> list[Person]:
    """Children with an account of their own for whom the desk has seen that this person is their guardian; until they
    are fifteen. Somebody whose birth date is not known is no child to us."""
    today = copenhagen_day(now)
    rows = Guardianship.objects.filter(guardian=guardian, basis="case").select_related("child").order_by("pk")
    return [row.child for row in rows if row.child.birth_date and age_on(row.child.birth_date, today) < GROWN_UP]
