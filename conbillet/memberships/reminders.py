"""Whom to tell that a membership ends, and the link by which they say that they want to hear no more of it."""

from datetime import date, timedelta

from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from .models import Member, Membership
from .type_values import MOST_REMIND_DAYS

_SALT = "conbillet.memberships.reminders"


def ending(*, on: date) -> QuerySet[Membership]:
    """Paid memberships that end soon, by the days of their type, of members who have not left and are paid no further."""
    paid = Membership.objects.filter(paid_at__isnull=False, ended_at__isnull=True)
    later = paid.filter(member=OuterRef("member"), period_to__gt=OuterRef("period_to"))
    return (
        paid.filter(
            period_to__gte=on,
            period_to__lte=on + timedelta(days=MOST_REMIND_DAYS),
            membership_type__remind_days__gt=0,
            membership_type__is_offered=True,
            member__left_on__isnull=True,
            member__wants_reminders=True,
        )
        .exclude(member__email="")
        .exclude(Exists(later))
        .filter(Q(period_to__lte=on + F("membership_type__remind_days") * timedelta(days=1)))  # type: ignore[operator]  # added by the database
        .select_related("member__person", "membership_type", "organization")
        .order_by("pk")
    )


def token_for(member: Member) -> str:
    """Names a member in a mail's link; nobody can make one up."""
    return signing.dumps(member.pk, salt=_SALT, compress=False)


def member_of_token(token: str) -> Member | None:
    """Whose link it is; None for a link that is none, or of somebody who is gone."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return Member.objects.select_related("organization").filter(pk=pk).exclude(email="").first()
