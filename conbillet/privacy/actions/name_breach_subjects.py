"""Say whom a breach concerns: everybody of an association, of an event, or single addresses."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..concerned import concerned_by, unknown_among
from ..models import Breach, BreachSubject
from .describe_breach import BreachClosed
from .settle_breach import CannotSettle


@transaction.atomic
def name_breach_subjects(
    *,
    breach: Breach,
    organization: Organization | None,
    event: Event | None,
    emails: Sequence[str],
    actor: Actor,
    now: datetime,
) -> int:
    """Add them; how many are new. Nobody stands there twice. Raises CannotSettle or BreachClosed."""
    locked = Breach.objects.select_for_update().get(pk=breach.pk)
    if locked.closed_at is not None:
        raise BreachClosed
    if unknown := unknown_among(emails):
        raise CannotSettle("emails", _("We hold nothing about %(emails)s.") % {"emails": ", ".join(unknown)})
    found = concerned_by(organization=organization, event=event, emails=emails)
    if not found.count:
        raise CannotSettle("emails", _("Choose an association or an event, or write addresses."))
    before = locked.subjects.count()
    rows = [BreachSubject(breach=locked, subject_id=person) for person in sorted(found.persons)]
    rows += [BreachSubject(breach=locked, email=email) for email in sorted(found.emails)]
    BreachSubject.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    added = locked.subjects.count() - before
    audit.record(
        action="breach_persons_named",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="breach",
        object_reference=locked.reference,
        people=added,
    )
    return added
