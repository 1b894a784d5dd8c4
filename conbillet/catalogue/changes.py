"""What every change of an event's setup does: counts its version up, so cached pages are made anew, and leaves a trace."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from .models import Event

YEARS = range(2000, 2101)  # beyond them a day is a typing error, and calendars end


class CannotChange(Exception):
    """Refused. `message` is fit for the person who edits; `errors` by field where it belongs beside one."""

    def __init__(self, message: str = "", *, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(
            message or "; ".join(f"{field}: {', '.join(found)}" for field, found in (errors or {}).items())
        )
        self.message, self.errors = message, errors or {}


def check_years(values: Mapping[str, Any]) -> None:
    """Refuse days and instants of another age; raises CannotChange by field."""
    errors = {
        name: [_("Look at the year once more.")]
        for name, value in values.items()
        if isinstance(value, date) and value.year not in YEARS
    }
    if errors:
        raise CannotChange(errors=errors)


def changed(*, event: Event, action: str, actor: Actor, now: datetime, **details: Any) -> None:
    """Count the event's version up and write the audit entry. `event.version` is the new one afterwards."""
    Event.objects.filter(pk=event.pk).update(version=F("version") + 1)
    event.refresh_from_db(fields=["version"])
    audit.record(
        action=action,
        actor=actor,
        now=now,
        organization_id=event.organization_id,
        object_kind="event",
        object_reference=event.reference,
        **details,
    )


def checked(instance: Any, *, exclude_constraints: bool = False) -> None:
    """Validate a row before it is stored; raises CannotChange with errors by field. The database may be left its constraints."""
    try:
        instance.full_clean(validate_constraints=not exclude_constraints)
    except ValidationError as refusal:
        errors = refusal.message_dict
        general = errors.pop("__all__", [])
        raise CannotChange(" ".join(general), errors=errors) from None
