"""Somebody who answers has the page open: visitors see that somebody is here."""

from datetime import datetime, timedelta

from django.db.models import Q

from conbillet.core.actor import Actor
from conbillet.core.live import notify

from ..models import AgentPresence

LISTENING = timedelta(seconds=75)  # the page says so every half minute
READING = timedelta(minutes=5)  # without script, whoever opened a page is there for a while


def agent_is_there(*, organization_id: int | None, actor: Actor, now: datetime, listening: bool) -> None:
    """Of an association, or of the desk. Pages that wait for somebody are told when the first one comes."""
    if actor.person_id is None:
        return
    here = Q(organization_id=organization_id) if organization_id else Q(organization=None)
    mine = AgentPresence.objects.filter(here, person_id=actor.person_id)
    known = mine.values_list("until_at", flat=True).first()
    if known is not None and known > now + LISTENING / 2:
        return
    until = now + (LISTENING if listening else READING)
    if known is None:
        row = AgentPresence(organization_id=organization_id, person_id=actor.person_id, until_at=until)
        AgentPresence.objects.bulk_create([row], ignore_conflicts=True)
    else:
        mine.filter(until_at__lt=until).update(until_at=until)
    if known is None or known <= now:
        notify(presence_topic(organization_id))


def forget_presence(*, now: datetime) -> int:
    """Who was there yesterday is nobody's business today."""
    return AgentPresence.objects.filter(until_at__lt=now - timedelta(hours=1)).delete()[0]


def presence_topic(organization_id: int | None) -> str:
    """What a visitor's page listens to, to know whether somebody is here."""
    return f"agents:{organization_id or 'desk'}"
