"""A member says in which municipality they live, where the postcode lies in several."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Member
from ..places import CHOSEN, choices_for


class NoSuchChoice(Exception):
    """Not one of the municipalities that the postcode lies in."""

    message = _("Choose one of them.")


@transaction.atomic
def choose_municipality(*, member: Member, code: str, actor: Actor, now: datetime) -> Member:
    """Store it as the person's own word; the office can correct it. Raises NoSuchChoice."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if code not in dict(choices_for(country=member.country, postcode=member.postcode)):
        raise NoSuchChoice
    member.municipality_code, member.municipality_source = code, CHOSEN
    member.save(update_fields=["municipality_code", "municipality_source"])
    audit.record(
        action="municipality_chosen", actor=actor, now=now, organization_id=member.organization_id,
        object_kind="member", object_reference=member.member_no, subject=member.person_id,
    )  # fmt: skip
    return member
