"""Somebody of the platform's staff opens what there is about a person: the trace that it leaves."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.data_map import IDENTIFY, PURCHASES, SERVICES

# What a person may be looked up for. The words are shown to staff who choose, and to the person in their insight.
PURPOSES = {
    SERVICES: _("to answer somebody who wrote to us"),
    PURCHASES: _("to mend a purchase or a payment"),
    IDENTIFY: _("to make sure who somebody is, or to stop misuse"),
}
KINDS = ("person", "order", "case")


class CannotLookUp(Exception):
    """Only staff look people up, and only for a purpose of the policy. `message` is fit for the page."""

    message = _("Choose what you look this up for.")

    def __str__(self) -> str:
        return str(self.message)


def look_up(*, kind: str, reference: str, subject: UUID | None, purpose: str, actor: Actor, now: datetime) -> None:
    """Record that staff opens a person, an order or a case, before it is shown: `looked_up_person`, `looked_up_order` or
    `looked_up_case`, under the subject's key where there is one.

    The person finds day and purpose in their insight, never who of the staff it was. Raises CannotLookUp.
    """
    if actor.kind is not ActorKind.STAFF or purpose not in PURPOSES or kind not in KINDS:
        raise CannotLookUp
    audit.record(
        action=f"looked_up_{kind}",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind=kind,
        object_reference=reference,
        subject=subject,
        purpose=purpose,
    )
