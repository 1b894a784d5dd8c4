"""Hand an association the six fields of people who bought or hold something from it: the only door there is."""

from collections.abc import Collection
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.consents.queries import current_policy_version
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import copenhagen_day, day_start
from conbillet.organizations.models import Organization
from conbillet.organizations.permissions import Permission, allowed

from ..attendees import AttendeeFilter, find_attendees
from ..disclosure import COLUMNS, SIX, Handover
from ..models import Attendee, Disclosure


class CannotDisclose(Exception):
    """The actor does not act for that association, or their role does not go that far."""

    message = _("You may not see who comes.")

    def __str__(self) -> str:
        return str(self.message)


CHUNK = 500

# One statement: the hand-over, whom it is about, and what is handed over. Nothing can come between reading and recording.
_WRITE = """
WITH chosen AS MATERIALIZED ({chosen}), fresh AS MATERIALIZED (
    SELECT DISTINCT chosen.subject_id FROM chosen {unless_known}
), told AS (
    INSERT INTO privacy_disclosure (organization_id, event_id, purpose, form, fields, policy_version, people, at)
    SELECT %s, %s, %s, %s, %s, %s, (SELECT count(*) FROM fresh), %s {only_if}
    RETURNING id, people
), persons AS (
    INSERT INTO privacy_disclosedperson (organization_id, disclosure_id, subject_id)
    SELECT %s, told.id, fresh.subject_id FROM fresh, told
)
SELECT {columns}, told.people FROM chosen LEFT JOIN told ON true
"""
_UNLESS_KNOWN = """WHERE NOT EXISTS (
    SELECT FROM privacy_disclosedperson d WHERE d.subject_id = chosen.subject_id AND d.disclosure_id = ANY (%s))"""


@transaction.atomic
def disclose_to_organization(
    *,
    organization: Organization,
    event: Event,
    purpose: Disclosure.Purpose,
    form: str,
    actor: Actor,
    now: datetime,
    wanted: AttendeeFilter | None = None,
    only: Collection[Attendee] | None = None,
) -> Handover:
    """Write down who is handed over to whom, why and in which form; what comes back reads exactly those.

    `wanted` narrows the list down, `only` to the rows of one page. People whose data may only be stored are left out.
    What is looked at on a page again on the same day is not written down again; a file is, each time. For a file that is
    streamed, let this transaction end before the first byte leaves: the hand-over then counts even if the stream breaks.
    Raises CannotDisclose.
    """
    acts_here = (
        actor.kind is ActorKind.ORGANIZATION and actor.organization_id == organization.pk == event.organization_id
    )
    if not acts_here or not allowed(actor.role, Permission.ATTENDEES):
        raise CannotDisclose
    attendees = find_attendees(organization_id=organization.pk, event=event, wanted=wanted or AttendeeFilter())
    if only is not None:
        # The orders are named too: they are found by their index, the rows of the view are not.
        attendees = attendees.filter(order__in={row.order_id for row in only}, pk__in=[row.pk for row in only])
    known = _looked_at_today(organization, event, purpose, now) if form == "page" else None
    chosen, values = attendees.values_list(*COLUMNS, "subject_id").query.sql_with_params()
    sql = _WRITE.format(
        chosen=chosen,
        unless_known="" if known is None else _UNLESS_KNOWN,
        only_if="" if known is None else "WHERE EXISTS (SELECT FROM fresh)",
        columns=", ".join(f"chosen.{name}" for name in COLUMNS),
    )
    version = current_policy_version(on=copenhagen_day(now))
    parameters: list[Any] = [*values, *([] if known is None else [known])]
    parameters += [organization.pk, event.pk, purpose, form, ",".join(SIX), version, now, organization.pk]
    cursor = connection.cursor()  # not closed here: it holds what was read
    cursor.execute(sql, parameters)
    first = cursor.fetchmany(CHUNK)
    people = first[0][-1] if first else (0 if known is None else None)
    if people is not None:  # None: all of it was looked at before today
        audit.record(
            action="attendees_listed" if form == "page" else "attendees_exported",
            actor=actor,
            now=now,
            organization_id=organization.pk,
            object_kind="event",
            object_reference=event.reference,
            people=people,
            form=form,
        )
    return Handover(organization.pk, chain([first] if first else [], iter(lambda: cursor.fetchmany(CHUNK), [])))


def _looked_at_today(organization: Organization, event: Event, purpose: str, now: datetime) -> list[int]:
    earlier = Disclosure.objects.filter(
        organization=organization, event=event, purpose=purpose, form="page", at__gte=day_start(copenhagen_day(now))
    )
    return list(earlier.values_list("pk", flat=True))
