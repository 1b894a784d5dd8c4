"""Enter or correct members of the register from a file that was read: all of it, or nothing."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..importing.read import EnteredMembership, Problem, ReadFile, Row
from ..models import Member, Membership, MembershipType
from ..places import ADMIN

_PORTION = 1000
_KEPT = ("period_from", "period_to", "dues_amount", "dues_separate", "paid_at", "payer_relation", "refunded_amount", "dispute_state")  # fmt: skip


class CannotImport(Exception):
    """The file has rows with problems; nothing was stored."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass
class Imported:
    """What became (or would become) of the file: counts of members and memberships, and what somebody should look at."""

    new_members: int = 0
    changed_members: int = 0
    same_members: int = 0
    new_memberships: int = 0
    changed_memberships: int = 0
    same_memberships: int = 0
    doubts: list[Problem] = field(default_factory=list)


class _DryRun(Exception):
    """Rolls back what a dry run has done."""


def import_members(
    *, organization: Organization, read: ReadFile, actor: Actor, now: datetime, dry_run: bool = False
) -> Imported:
    """Members by their number, or by name and date of birth; their memberships by member and first day.

    Importing a file again changes nothing; a corrected file corrects. Columns that the file does not have keep what is in
    the register. Profiles are never touched. Raises CannotImport.
    """
    if read.problems:
        raise CannotImport(read.problems)
    imported = Imported(doubts=list(read.doubts))
    try:
        with transaction.atomic():
            _lock(organization)
            people = _members(organization, read, imported, now)
            _memberships(organization, people, imported, now)
            if dry_run:
                raise _DryRun
            audit.record(
                action="members_imported", actor=actor, now=now, organization_id=organization.pk,
                object_kind="organization", object_reference=organization.slug,
                rows=len(read.rows), people=len(people),
            )  # fmt: skip
    except _DryRun:
        pass
    return imported


def _lock(organization: Organization) -> None:
    """One import of an association at a time; purchases that take a number wait for its end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO memberships_membernumber (organization_id, last) VALUES (%s, 0) "
            "ON CONFLICT (organization_id) DO UPDATE SET last = memberships_membernumber.last",
            [organization.pk],
        )


def _members(
    organization: Organization, read: ReadFile, imported: Imported, now: datetime
) -> list[tuple[Member, list[Row]]]:
    """Each member of the file with its rows, stored; the last row of a number says what is known about the person."""
    register = list(Member.objects.filter(organization=organization))
    by_number = {member.member_no: member for member in register if member.member_no}
    by_person = {_who(member.name, member.birth_date): member for member in register if member.name}
    numbers = _Numbers(register, (row.member_no for row in read.rows))
    people: list[tuple[Member, list[Row]]] = []
    fresh, changed = [], []
    for key, rows in _by_person(read.rows).items():
        snapshot = {name: value for name, value in rows[-1].snapshot.items() if name in read.columns}
        number = rows[0].member_no
        imported.doubts += _two_people(rows)
        member = by_number.get(number) if number else by_person.get(key)
        namesake = by_person.get(_who(rows[-1].snapshot["name"], rows[-1].snapshot["birth_date"]))
        if member is None:
            if namesake is not None:
                imported.doubts.append(
                    Problem(rows[0].line, "name", _("Somebody of that name and date of birth has another number."))
                )
            member = Member(organization=organization, member_no=number or numbers.next(), created_at=now, **snapshot)
            fresh.append(member)
            by_person.setdefault(_who(member.name, member.birth_date), member)
        elif _apply(member, _keeping_the_municipality(member, snapshot)):
            changed.append(member)
        people.append((member, rows))
    Member.objects.bulk_create(fresh, batch_size=_PORTION)
    Member.objects.bulk_update(changed, sorted(read.columns), batch_size=_PORTION) if changed and read.columns else None
    numbers.store(organization)
    imported.new_members, imported.changed_members = len(fresh), len(changed)
    imported.same_members = len(people) - len(fresh) - len(changed)
    return people


def _by_person(rows: Iterable[Row]) -> dict[object, list[Row]]:
    found: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.member_no or _who(row.snapshot["name"], row.snapshot["birth_date"])].append(row)
    return found


def _who(name: str, birth_date: date | None) -> object:
    # Without a date of birth two people of one name are two people, until somebody gives them a number.
    return (" ".join(name.lower().split()), birth_date) if birth_date else object()


def _two_people(rows: list[Row]) -> Iterator[Problem]:
    """Lines of one number that look like two people: an error in the file that would hide one of them."""
    first = rows[0].snapshot
    for row in rows[1:]:
        if (
            row.member_no
            and row.snapshot["birth_date"] != first["birth_date"]
            and row.snapshot["name"] != first["name"]
        ):
            yield Problem(row.line, "member_no", _("Line %(line)s has this number with another name and date of birth.") % {"line": rows[0].line})  # fmt: skip


def _keeping_the_municipality(member: Member, snapshot: dict[str, Any]) -> dict[str, Any]:
    """What was chosen for an address stays while the file brings the same address and no municipality of its own."""
    moved = any(name in snapshot and snapshot[name] != getattr(member, name) for name in ("postcode", "country"))
    if moved or not member.municipality_code or snapshot.get("municipality_source") == ADMIN:
        return snapshot
    return {name: value for name, value in snapshot.items() if name not in ("municipality_code", "municipality_source")}


def _apply(row: Member | Membership, values: dict[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def _memberships(
    organization: Organization, people: list[tuple[Member, list[Row]]], imported: Imported, now: datetime
) -> None:
    entered = list(_entered(organization, people))
    known = {
        row.source_reference: row
        for row in Membership.objects.filter(organization=organization, channel="import")
    }  # fmt: skip
    kind = _type(organization) if any(source not in known for _m, _e, source in entered) else None
    fresh, changed = [], []
    for member, one, source in entered:
        values = {
            "period_from": one.period_from,
            "period_to": one.period_to,
            "dues_amount": one.dues_amount,
            "dues_separate": one.dues_separate,
            "paid_at": one.paid_at,
            "payer_relation": one.payer_relation,
            "refunded_amount": one.refunded_amount,
            "dispute_state": "lost" if one.dispute_lost else "",
        }
        row = known.get(source)
        if row is None:
            fresh.append(
                Membership(
                    organization=organization, member=member, membership_type=kind, enrolled_at=now, channel="import",
                    source_reference=source, **values,
                )
            )  # fmt: skip
        elif _apply(row, values):
            changed.append(row)
    Membership.objects.bulk_create(fresh, batch_size=_PORTION)
    if changed:
        Membership.objects.bulk_update(changed, _KEPT, batch_size=_PORTION)
    imported.new_memberships, imported.changed_memberships = len(fresh), len(changed)
    imported.same_memberships = len(entered) - len(fresh) - len(changed)


def _entered(
    organization: Organization, people: list[tuple[Member, list[Row]]]
) -> Iterator[tuple[Member, EnteredMembership, str]]:
    """Each membership with the reference by which a later import finds it: the member and the first day."""
    for member, rows in people:
        seen: Counter[date | None] = Counter()
        for row in rows:
            if row.membership is None:
                continue
            begin = row.membership.period_from
            named = f"{organization.pk}|{member.member_no}|{begin}|{seen[begin]}"
            seen[begin] += 1
            yield member, row.membership, f"import:{hashlib.sha256(named.encode()).hexdigest()[:40]}"


def _type(organization: Organization) -> MembershipType:
    """What imported memberships are called: the association's first type, or one that nobody can buy."""
    first = MembershipType.objects.filter(organization=organization).order_by("pk").first()
    return first or MembershipType.objects.create(
        organization=organization, name_da="Medlemskab", name_en="Membership", is_offered=False
    )


class _Numbers:
    """Member numbers that nobody has; the register's counter goes past all that the file brings."""

    def __init__(self, register: list[Member], given: Iterable[str]) -> None:
        taken = [member.member_no for member in register]
        self._last = max(
            (int(number) for number in [*taken, *given] if number.isascii() and number.isdigit()), default=0
        )

    def next(self) -> str:
        self._last += 1
        return str(self._last)

    def store(self, organization: Organization) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE memberships_membernumber SET last = GREATEST(last, %s) WHERE organization_id = %s",
                [min(self._last, 2**31 - 1), organization.pk],
            )
