"""Every night: look at the tables of events and of the years' members again, and keep what may be shown."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from conbillet.catalogue.models import MEMBERSHIPS_ONLY, Event
from conbillet.core.clock import copenhagen_day
from conbillet.memberships.models import Membership
from conbillet.organizations.models import Organization
from conbillet.privacy.limits import not_counted
from conbillet.statistics.actions.take_editions import take_editions
from conbillet.statistics.actions.take_members_edition import take_members_edition
from conbillet.statistics.models import TableEdition

DAYS_AFTER, YEARS_BACK = 60, 10


def take_statistics(*, now: datetime) -> int:
    """Returns how many editions were kept. Can run twice: nothing is kept while too few have come."""
    left_out, today = not_counted(now=now), copenhagen_day(now)
    looked_at = TableEdition.objects.filter(event=OuterRef("pk"))
    due = Q(ends_on__gte=today - timedelta(days=DAYS_AFTER)) | ~Exists(looked_at)
    events = Event.objects.filter(due, state__in=[Event.State.LIVE, Event.State.CLOSED]).exclude(kind=MEMBERSHIPS_ONLY)
    kept = sum(take_editions(event=event, left_out=left_out, now=now) for event in events.order_by("starts_on", "pk"))
    registers = Organization.objects.filter(pk__in=Membership.objects.values("organization_id")).order_by("pk")
    for organization in registers:
        for year in range(today.year - YEARS_BACK, today.year):
            kept += take_members_edition(organization=organization, year=year, left_out=left_out, now=now)
    return kept
