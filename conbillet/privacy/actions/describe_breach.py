"""Fill in what becomes known about a breach."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Breach


class BreachClosed(Exception):
    message = _("This record is closed.")

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Description:
    """What article 33(3) wants to be said; texts without names."""

    noticed_by: str
    happened: str
    data_kinds: str
    about_people: int | None
    consequences: str
    measures: str
    risk: str
    told_da: str
    told_en: str


@transaction.atomic
def describe_breach(*, breach: Breach, description: Description, actor: Actor, now: datetime) -> Breach:
    """The record with its new description. Raises BreachClosed."""
    locked = Breach.objects.select_for_update().get(pk=breach.pk)
    if locked.closed_at is not None:
        raise BreachClosed
    values = asdict(description)
    changed = sorted(name for name, value in values.items() if getattr(locked, name) != value)
    for name in changed:
        setattr(locked, name, values[name])
    if changed:
        locked.save(update_fields=changed)
        audit.record(
            action="breach_described",
            actor=actor,
            now=now,
            organization_id=None,
            object_kind="breach",
            object_reference=locked.reference,
            changed=",".join(changed),
            state=locked.risk,
        )
    return locked
