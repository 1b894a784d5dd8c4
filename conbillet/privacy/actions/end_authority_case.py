"""End a request that nothing is handed over for any more: the authority took it back, or its ground fell away."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import AuthorityCase, AuthorityPackage
from .decide_authority_case import officer
from .seal_authority_package import remove_package


class CannotEnd(Exception):
    message = _("What was handed over cannot be ended.")

    def __str__(self) -> str:
        return str(self.message)


@transaction.atomic
def end_authority_case(*, case: AuthorityCase, actor: Actor, now: datetime) -> AuthorityCase:
    """The case, closed without a hand-over; from then on its two years run. A sealed package goes. Raises CannotEnd."""
    locked = AuthorityCase.objects.select_for_update().get(pk=case.pk)
    if not officer(actor) or locked.state == AuthorityCase.State.DELIVERED:
        raise CannotEnd
    if locked.closed_at is not None:
        return locked
    locked.state, locked.closed_at = AuthorityCase.State.WITHDRAWN, now
    locked.save(update_fields=["state", "closed_at"])
    locked.subjects.update(sealed_contact=None)
    for package in AuthorityPackage.objects.filter(case=locked).select_related("case"):
        remove_package(package)
    audit.record(
        action="authority_case_ended",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=locked.reference,
    )
    return locked
