"""Enter somebody in the register, or renew, because dues were paid."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from ..models import Member, Membership
from ..numbers import next_number
from ..places import municipality_of_address

PLACE = ("municipality_code", "municipality_source")


@dataclass(frozen=True)
class MemberDetails:
    """The six fields as they were given at purchase; a snapshot for the association's register.

    `municipality_code` is what was chosen where the postcode lies in several municipalities.
    """

    person_id: UUID | None
    name: str
    email: str = ""
    birth_date: date | None = None
    gender: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DK"
    municipality_code: str = ""


@dataclass(frozen=True)
class Dues:
    """What was paid, by whom, for which days (inclusive). `source_reference` makes granting idempotent."""

    membership_type_id: int
    period_from: date
    period_to: date
    amount: int
    text: str
    payer_name: str
    payer_relation: str
    paid_at: datetime
    payment_method: str
    payment_reference: str
    source_reference: str


def grant_membership(*, organization_id: int, details: MemberDetails, dues: Dues, now: datetime) -> Membership:
    """The membership for those dues, made once however often it is asked for.

    Somebody already in the register (the same person, or the same name, birth date and address) keeps their number; what they
    entered now becomes the register's snapshot.
    """
    existing = Membership.objects.filter(
        organization_id=organization_id, source_reference=dues.source_reference
    ).first()
    if existing is not None:
        return existing
    member, number = _find(organization_id, details), ""
    if member is None:
        # Whoever enters somebody new takes a number, and waits for it until everybody else who does is through. So look once
        # more: somebody who pays twice at the same moment would be two members.
        number = next_number(organization_id)
        member = _find(organization_id, details)
    snapshot = {
        "name": details.name,
        "email": details.email,
        "birth_date": details.birth_date,
        "gender": details.gender,
        "street": details.street,
        "postcode": details.postcode,
        "city": details.city,
        "country": details.country,
    }
    if member is None:
        member = Member.objects.create(
            organization_id=organization_id,
            person_id=details.person_id,
            member_no=number,
            created_at=now,
            **snapshot,
            **_municipality(None, details),
        )
    else:
        snapshot |= _municipality(member, details)
        for name, value in snapshot.items():
            if value or name in PLACE:
                setattr(member, name, value)
        member.person_id = member.person_id or details.person_id
        member.left_on = None
        member.save()
    return Membership.objects.create(
        organization_id=organization_id,
        member=member,
        membership_type_id=dues.membership_type_id,
        period_from=dues.period_from,
        period_to=dues.period_to,
        enrolled_at=now,
        channel="shop",
        dues_amount=dues.amount,
        dues_text=dues.text,
        dues_separate=True,
        payer_name=dues.payer_name,
        payer_relation=dues.payer_relation,
        paid_at=dues.paid_at,
        payment_method=dues.payment_method,
        payment_reference=dues.payment_reference,
        source_reference=dues.source_reference,
    )


def _municipality(member: Member | None, details: MemberDetails) -> dict[str, str]:
    """What is known now; nothing new where the address was not given, or is the one that was known."""
    address = {"country": details.country or "DK", "postcode": details.postcode}
    kept = member is not None and (
        not details.postcode or (member.municipality_code and all(getattr(member, n) == v for n, v in address.items()))
    )
    if kept and not details.municipality_code:
        return {}
    return dict(zip(PLACE, municipality_of_address(**address, said=details.municipality_code), strict=True))


def _find(organization_id: int, details: MemberDetails) -> Member | None:
    members = Member.objects.select_for_update().filter(organization_id=organization_id).order_by("pk")
    if details.person_id is not None:
        found = members.filter(person_id=details.person_id).first()
        if found is not None:
            return found
    if details.name and details.birth_date:
        # The address, too: else whoever knows a child's name and birthday would buy their way into its entry.
        known = members.filter(name__iexact=details.name, birth_date=details.birth_date, email__iexact=details.email)
        return known.filter(Q(person__isnull=True) | Q(person=details.person_id)).first()
    return None
