"""Change an event's own facts: days, place, texts, sale, ways to pay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor

from ..changes import CannotChange, changed, check_years, checked
from ..models import Event
from ..slugs import slug_refusal

EDITABLE = frozenset(
    [
        "slug",
        "name",
        "kind",
        "starts_on",
        "ends_on",
        "opens_at",
        "venue",
        "street",
        "postcode",
        "city",
        "tagline_da",
        "tagline_en",
        "description_da",
        "description_en",
        "practical_da",
        "practical_en",
        "picture",
        "picture_alt",
        "sales_open_at",
        "sales_close_at",
        "order_limit",
        "transfer_allowed",
        "transfer_days",
        "transfer_account",
        "door_allowed",
    ]
)


@transaction.atomic
def update_event(*, event: Event, values: Mapping[str, Any], actor: Actor, now: datetime) -> Event:
    """Store the given fields. Raises CannotChange when a value cannot be; then nothing is stored.

    The address stays as it is once the event was public: links to it are out in the world.
    """
    unknown = set(values) - EDITABLE
    if unknown:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    check_years(values)
    event = Event.objects.select_for_update(of=("self",)).select_related("organization").get(pk=event.pk)
    different = {name: value for name, value in values.items() if getattr(event, name) != value}
    if not different:
        return event
    if "slug" in different:
        if event.state != Event.State.DRAFT:
            raise CannotChange(errors={"slug": [_("The address can only be changed while the event is a draft.")]})
        refusal = slug_refusal(different["slug"])
        if refusal:
            raise CannotChange(errors={"slug": [refusal]})
    for name, value in different.items():
        setattr(event, name, value)
    if event.sales_open_at and event.sales_close_at and event.sales_close_at <= event.sales_open_at:
        raise CannotChange(errors={"sales_close_at": [_("The sale must close after it opens.")]})
    if event.ends_on < event.starts_on:
        raise CannotChange(errors={"ends_on": [_("The last day cannot be before the first.")]})
    checked(event)
    event.save(update_fields=list(different))
    changed(event=event, action="event_updated", actor=actor, now=now, fields=sorted(different))
    return event
