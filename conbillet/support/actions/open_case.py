"""Turn what somebody wrote into a case with a deadline."""

from datetime import date, datetime, timedelta

from conbillet.catalogue.models import Event
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import add_months, copenhagen_day
from conbillet.core.references import new_reference

from ..models import RIGHTS, Case

# Our own promise on the help page.
ANSWER_WITHIN = timedelta(days=7)
# GDPR article 12(3): one month from receipt, and two more where the reasons are told within the first.
MONTHS = 1
MOST_MONTHS = 3


def open_case(
    *,
    kind: str,
    name: str,
    email: str,
    subject: str,
    text: str,
    event: Event | None,
    language: str,
    actor: Actor,
    now: datetime,
    channel: str = Case.Channel.FORM,
    received_at: datetime | None = None,
) -> Case:
    """Write the case down. Who asks for what the law gives them must have the answer within a month, others within a week.

    Time counts from `received_at`: a mail that lay in the mailbox over the weekend was received when it came there.
    """
    received_at = min(received_at or now, now)
    case = Case.objects.create(
        reference=new_reference(),
        access_key=new_reference(24),
        organization_id=event.organization_id if event else None,
        event=event,
        kind=kind,
        name=name,
        email=email,
        subject=subject,
        text=text,
        language=language,
        channel=channel,
        created_at=received_at,
        due_on=due_on(kind, copenhagen_day(received_at)),
    )
    audit.record(
        action="case_opened",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=case.reference,
        kind=kind,
    )
    return case


def due_on(kind: str, received: date) -> date:
    """By when a case of that kind is to be answered: 31 January and a month is 28 February."""
    return add_months(received, MONTHS) if kind in RIGHTS else received + ANSWER_WITHIN
