"""Enter somebody in the register by hand."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..member_values import MemberValues
from ..models import Member
from ..numbers import next_number


class AlreadyMember(Exception):
    """Somebody of that name and date of birth is in the register; `member_no` says who."""

    def __init__(self, member_no: str) -> None:
        super().__init__(member_no)
        self.member_no = member_no
        self.message = _("Somebody of that name and date of birth is in the register, as number %(number)s.") % {
            "number": member_no
        }


@transaction.atomic
def enter_member(*, organization: Organization, values: MemberValues, actor: Actor, now: datetime) -> Member:
    """A new member with the next number. One person is in the register once: raises AlreadyMember."""
    number = next_number(organization.pk)  # first, since it makes everybody else who enters somebody wait
    if values.birth_date:
        same = Member.objects.filter(organization=organization, birth_date=values.birth_date, name__iexact=values.name)
        if known := same.first():
            raise AlreadyMember(known.member_no)
    member = Member.objects.create(organization=organization, member_no=number, created_at=now, **values.columns())
    audit.record(
        action="member_entered", actor=actor, now=now, organization_id=organization.pk,
        object_kind="member", object_reference=number,
    )  # fmt: skip
    return member
