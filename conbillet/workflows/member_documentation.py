"""The yearly documentation of members: counted from the register, kept, and handed out with a trace."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from conbillet.core.actor import SYSTEM, Actor
from conbillet.core.clock import copenhagen_day, day_start
from conbillet.core.spreadsheets import csv_lines
from conbillet.core.workbooks import workbook
from conbillet.memberships.actions.document_members import document_members
from conbillet.memberships.counting.own import all_rules_for
from conbillet.memberships.documentation import sample
from conbillet.memberships.models import DocumentedMember, Member, MemberDocumentation
from conbillet.memberships.pdf.documents import MOST_PROOFS, render_documentation
from conbillet.memberships.pdf.words import municipality_text, reason_text
from conbillet.organizations.models import Organization
from conbillet.privacy.actions.disclose_members import MemberHandover, disclose_members
from conbillet.privacy.limits import restricted_members

WIDTHS = (10, 26, 12, 26, 10, 18, 8, 20, 8, 40)


def freeze_year(*, now: datetime) -> None:
    """On New Year's night: count the year that has just ended, by every set of rules, for everybody with members.

    So the list can be printed as it was on 31 December, whatever is corrected later. A year is frozen once.
    """
    year = copenhagen_day(now).year - 1
    for organization in Organization.objects.filter(pk__in=Member.objects.values("organization_id")).order_by("pk"):
        for rules in all_rules_for(organization_id=organization.pk, year=year):
            done = MemberDocumentation.objects.filter(
                organization=organization,
                year=year,
                rules_version=rules.version,
                as_of__isnull=True,
                counted_at__gte=day_start(date(year + 1, 1, 1)),
            )
            if not done.exists():
                document_members(organization=organization, rules=rules, year=year, actor=SYSTEM, now=now)


def hand_out_list(
    *, documentation: MemberDocumentation, organization: Organization, form: str, actor: Actor, now: datetime
) -> MemberHandover:
    """Everybody in the list whose data may leave, after it was written down (`form` is csv, xlsx or pdf)."""
    members = documentation.members.order_by("position")
    return disclose_members(organization=organization, members=members, form=form, actor=actor, now=now)


def left_out_of(documentation: MemberDocumentation) -> int:
    """How many of the list do not leave as a file, because their data may only be stored. The numbers have them all."""
    return documentation.members.filter(member__in=restricted_members()).count()


def hand_out_proofs(
    *,
    documentation: MemberDocumentation,
    organization: Organization,
    size: int,
    language: str,
    actor: Actor,
    now: datetime,
) -> bytes:
    """The auditor's sample with each member's proof, as PDF; at most 300. Those in it are written down."""
    held = restricted_members()
    drawn = sample(documentation, min(size, MOST_PROOFS), without=held)
    handover = disclose_members(organization=organization, members=drawn, form="pdf", actor=actor, now=now)
    leaving = documentation.members.filter(pk__in=[one.pk for one in handover.members])
    proofs = list(leaving.prefetch_related("dues").order_by("position"))
    skipped = documentation.members.filter(counts=True, member__in=held).count()
    return render_documentation(documentation, organization, language=language, proofs=proofs, left_out=skipped)


def list_rows(members: Sequence[DocumentedMember]) -> Iterator[list[object]]:
    """The heading, then everybody: what the auditor's list must show (name, date of birth, address), and the verdict."""
    yield [
        _("No."), _("Name"), _("Date of birth"), _("Street"), _("Postcode"), _("Town"), _("Country"), _("Municipality"),
        _("Counts"), _("Why"),
    ]  # fmt: skip
    for one in members:
        yield [
            one.member_no, one.name, one.birth_date, one.street, one.postcode, one.city, one.country,
            municipality_text(one.cell_municipality), _("yes") if one.counts else _("no"), reason_text(one.reason_code),
        ]  # fmt: skip


def list_csv(members: Sequence[DocumentedMember]) -> Iterator[str]:
    """As Danish Excel reads it; no cell that is taken for a formula."""
    return csv_lines(list_rows(members))


def list_xlsx(members: Sequence[DocumentedMember], *, sheet: str) -> Iterator[bytes]:
    """A workbook with one sheet of that name."""
    return workbook(list_rows(members), sheet=sheet, widths=WIDTHS)
