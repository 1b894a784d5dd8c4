"""Hand an association that leaves its own records: a sealed package, written down as a hand-over of people's data."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.consents.queries import current_policy_version
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..concerned import concerned_by
from ..departure import package, seal, unseal
from ..disclosure import SIX
from ..models import Departure, DisclosedPerson, Disclosure


class NothingToHandOver(Exception):
    message = _("This association is not leaving.")

    def __str__(self) -> str:
        return str(self.message)


@transaction.atomic
def hand_over_records(*, departure: Departure, actor: Actor, now: datetime) -> bytes:
    """The zip's bytes; made once, and the same again later. Raises NothingToHandOver, PackageChanged, FileNotFoundError."""
    locked = Departure.objects.select_for_update(of=("self",)).select_related("organization").get(pk=departure.pk)
    organization = locked.organization
    if organization is None or locked.withdrawn_at is not None or locked.agreed_at is None:
        raise NothingToHandOver
    if locked.handed_over_at is None:
        plain = package(organization, now=now)
        locked.sha256, locked.handed_over_at = seal(locked, plain), now
        locked.save(update_fields=["sha256", "handed_over_at"])
        persons = sorted(concerned_by(organization=organization).persons)
        disclosure = Disclosure.objects.create(
            organization=organization,
            purpose=Disclosure.Purpose.DEPARTURE,
            form="zip",
            fields=",".join(SIX),
            policy_version=current_policy_version(on=copenhagen_day(now)),
            people=len(persons),
            at=now,
        )
        DisclosedPerson.objects.bulk_create(
            [DisclosedPerson(organization=organization, disclosure=disclosure, subject_id=one) for one in persons],
            batch_size=2000,
        )
    else:
        plain = unseal(locked)
    audit.record(
        action="departure_handed_over",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="departure",
        object_reference=locked.reference,
        sha256=locked.sha256,
    )
    return plain
