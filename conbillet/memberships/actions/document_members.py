"""Count the register of a year for a grant body, and keep the count: numbers for good, names for a while."""

import secrets
from dataclasses import asdict
from datetime import date, datetime

from django.db import connection, transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization

from ..counting.count import Counted, count_members, totals_of
from ..counting.rule_sets import RuleSet
from ..documentation import digest_of, list_sha256, sha256_of
from ..models import DocumentedDues, DocumentedMember, MemberDocumentation

_PORTION = 1000


class CannotDocument(Exception):
    """The year has not begun, or nobody is in the register."""


@transaction.atomic
def document_members(
    *, organization: Organization, rules: RuleSet, year: int, actor: Actor, now: datetime, as_of: date | None = None
) -> MemberDocumentation:
    """The register as it is at this moment, or as it was on a past day, counted for a calendar year. Raises CannotDocument."""
    if as_of is not None and not date(year, 1, 1) <= as_of <= copenhagen_day(now):
        raise CannotDocument("that day is not in the past, or before the year")
    if year > copenhagen_day(now).year:
        raise CannotDocument(f"{year} has not begun")
    with connection.cursor() as cursor:  # purchases that enter a member wait for the moment that this takes
        cursor.execute(
            "SELECT last FROM memberships_membernumber WHERE organization_id = %s FOR UPDATE", [organization.pk]
        )
    counted = count_members(organization_id=organization.pk, rules=rules, year=year, on=as_of)
    if not counted:
        raise CannotDocument("the register is empty")
    seed, numbers = secrets.token_hex(16), asdict(totals_of(counted))
    digests = [digest_of(one, seed=seed) for one in counted]
    documentation = MemberDocumentation.objects.create(
        organization=organization,
        reference=new_reference(),
        year=year,
        as_of=as_of,
        rules_version=rules.version,
        rules=rules.as_data(),
        numbers=numbers,
        numbers_sha256=sha256_of(numbers),
        list_sha256=list_sha256(digests),
        seed=seed,
        counted_at=now,
    )
    _store(documentation, counted, digests)
    audit.record(
        action="members_documented", actor=actor, now=now, organization_id=organization.pk,
        object_kind="documentation", object_reference=documentation.reference,
        period=year, version=rules.version, count=numbers["overall"], people=numbers["members"],
    )  # fmt: skip
    return documentation


def _store(documentation: MemberDocumentation, counted: list[Counted], digests: list[str]) -> None:
    rows = DocumentedMember.objects.bulk_create(
        [
            DocumentedMember(
                organization_id=documentation.organization_id,
                documentation=documentation,
                position=position,
                counts=one.verdict.counts,
                reason_code=one.verdict.reason,
                cell_gender=one.gender,
                cell_band=one.band,
                cell_municipality=one.municipality,
                digest=digest,
                member_id=one.member_id,
                member_no=one.member_no,
                **one.person,
            )
            for position, (one, digest) in enumerate(zip(counted, digests, strict=True), start=1)
        ],
        batch_size=_PORTION,
    )
    DocumentedDues.objects.bulk_create(
        [
            DocumentedDues(organization_id=documentation.organization_id, documented=row, **dues)
            for row, one in zip(rows, counted, strict=True)
            for dues in one.dues
        ],
        batch_size=_PORTION,
    )
