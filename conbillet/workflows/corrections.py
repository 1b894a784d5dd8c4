"""Asking an association to correct its own copy of somebody's data: a case for the desk, written into the log.

The profile is changed by its owner at once; what an association holds is its snapshot (decision 6), and stays its record.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.accounts.models import Account
from conbillet.catalogue.models import Event
from conbillet.core import audit
from conbillet.core.actor import person_actor
from conbillet.organizations.models import Organization
from conbillet.support.models import Case

from .cases import receive_case


@transaction.atomic
def ask_for_correction(
    *, account: Account, organization: Organization | None, text: str, language: str, now: datetime
) -> Case:
    """Open the case; the association hears that there is one, the desk reads it. No association: it is about ConBillet."""
    actor = person_actor(account.person_id)
    name = organization.name if organization else "ConBillet"
    case = receive_case(
        kind=Case.Kind.OTHER,
        name=account.person.name,
        email=account.email,
        text=text,
        event=_newest_event(account, organization) if organization else None,
        language=language,
        actor=actor,
        now=now,
        subject=_("Correct what %(name)s has about me") % {"name": name[:80]},
    )
    audit.record(
        action="correction_asked",
        actor=actor,
        now=now,
        organization_id=organization.pk if organization else None,
        object_kind="case",
        object_reference=case.reference,
        subject=account.person_id,
    )
    return case


def _newest_event(account: Account, organization: Organization) -> Event | None:
    """The event by which they know each other: the newest that somebody bought for, or holds a ticket to."""
    mine = Event.objects.filter(organization=organization)
    bought = mine.filter(orders__buyer=account.person_id)
    came = mine.filter(orders__participants__person=account.person_id)
    return (bought | came).distinct().order_by("-starts_on").first()
