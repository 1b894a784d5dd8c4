"""Give an event a picture, or take it away."""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from conbillet.core.actor import Actor

from ..changes import CannotChange
from ..models import Event
from ..pictures import BadPicture, forget_picture, store_picture
from .update_event import update_event


def set_picture(
    *, event: Event, upload: BinaryIO | None, size: int = 0, alt: str, actor: Actor, now: datetime
) -> Event:
    """Store a new picture (None: none any more) with its description for those who cannot see it. Raises CannotChange.

    The files of the old one go once the change is certain, unless a copy of the event still shows them.
    """
    before = str(event.picture or "")
    try:
        name = store_picture(upload, size=size) if upload is not None else ""
    except BadPicture as refusal:
        raise CannotChange(errors={"picture": [str(refusal)]}) from None
    event = update_event(
        event=event, values={"picture": name, "picture_alt": alt if name else ""}, actor=actor, now=now
    )
    if before and before != name and not Event.objects.filter(picture=before).exists():
        transaction.on_commit(lambda: forget_picture(before))
    return event
