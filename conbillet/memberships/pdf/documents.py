"""A year's documentation as PDF: the numbers for the grant body, the list and the proofs for the auditor."""

from collections.abc import Sequence
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conbillet.core.clock import copenhagen_day
from conbillet.core.formats import format_day, format_day_range, format_moment, format_money
from conbillet.core.people import Gender
from conbillet.core.typesetting import Data, compile_pdf
from conbillet.organizations.models import Organization

from ..counting.count import bands_of
from ..counting.rule_sets import RuleSet
from ..models import DocumentedDues, DocumentedMember, MemberDocumentation
from .words import band_text, largest_first, municipality_text, reason_text

FOLDER = Path(__file__).parent
MOST_PROOFS = 300


def render_documentation(
    documentation: MemberDocumentation,
    organization: Organization,
    *,
    language: str,
    members: Sequence[DocumentedMember] = (),
    proofs: Sequence[DocumentedMember] = (),
    left_out: int = 0,
) -> bytes:
    """PDF/UA of the numbers; with `members` their list, with `proofs` a page for each of them. `left_out`: how many stand
    in neither, because the law lets their data be stored only. The same input gives the same bytes. Raises CannotTypeset."""
    with translation.override(language):
        title = _("Members %(year)s, %(name)s") % {"year": documentation.year, "name": organization.name}
        data: dict[str, Data] = {
            "language": language,
            "title": title,
            "heading": title,
            "texts": _texts(),
            "facts": [*_facts(documentation, organization, language), *_left_out(left_out)],
            "matrix": _matrix(documentation),
            "municipalities": [
                [municipality_text(code), str(count)]
                for code, count in largest_first(documentation.numbers["per_municipality"])
            ],
            "reasons": [
                [reason_text(code), str(count)] for code, count in largest_first(documentation.numbers["reasons"])
            ],
            "list": [_row(one, language) for one in members],
            "list_heading": _("Everybody in the register"),
            "proofs": [_proof(one, organization, language) for one in proofs],
        }
        return compile_pdf(FOLDER / "documentation.typ", data, created_at=documentation.counted_at)


def _texts() -> Data:
    return {
        "page": _("Page {number} of {total}"),
        "numbers": _("Members who count, by gender and age on 31 December"),
        "municipalities": _("By municipality"),
        "municipality": _("Municipality"),
        "members": _("Members"),
        "nobody": _("Nobody"),
        "reasons": _("Why others do not count"),
        "reason": _("Reason"),
        "number": _("No."),
        "name": _("Name"),
        "born": _("Born"),
        "address": _("Address"),
        "counts": _("Counts"),
    }


def _facts(documentation: MemberDocumentation, organization: Organization, language: str) -> list[list[str]]:
    numbers, rules = documentation.numbers, RuleSet.from_data(documentation.rules)
    seller = ", ".join(
        part for part in (organization.street, f"{organization.postcode} {organization.city}".strip()) if part
    )
    rows = [
        [_("Association"), organization.name],
        [_("CVR number"), organization.cvr],
        [_("Address"), seller],
        [_("Counting year"), str(documentation.year)],
        [_("Counted by the rules of"), f"{rules.name(language)} ({documentation.rules_version})"],
        [_("Source of the rules"), rules.source(language)],
        [_("The register as of"), format_day(documentation.as_of, language) if documentation.as_of else ""],
        [_("Counted"), format_moment(documentation.counted_at, language)],
        [_("Members who count"), _("%(count)s of %(all)s in the register") % {"count": numbers["overall"], "all": numbers["members"]}],
        [_("Number of this count"), documentation.reference],
        [_("SHA-256 of the numbers"), _grouped(documentation.numbers_sha256)],
        [_("SHA-256 of the list"), _grouped(documentation.list_sha256)],
        [_("Seed of the sample"), _grouped(documentation.seed)],
    ]  # fmt: skip
    return [row for row in rows if row[1]]


def _left_out(count: int) -> list[list[str]]:
    if not count:
        return []
    text = ngettext(
        "%(count)s member, whose data may only be stored (GDPR article 18). The numbers count everybody.",
        "%(count)s members, whose data may only be stored (GDPR article 18). The numbers count everybody.",
        count,
    ) % {"count": count}
    return [[_("Left out of the names"), text]]


def _grouped(digits: str) -> str:
    """In groups of eight, so that it can be read and a line can break."""
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))


def _matrix(documentation: MemberDocumentation) -> Data:
    by_gender = documentation.numbers["gender_by_band"]
    bands = bands_of(documentation.numbers)
    rows = [
        [str(gender.label), *(str(by_gender[gender][band]) for band in bands), str(sum(by_gender[gender].values()))]
        for gender in Gender
    ]
    sums = [sum(row[band] for row in by_gender.values()) for band in bands]
    rows.append([_("All"), *(str(number) for number in sums), str(sum(sums))])
    return {"head": [_("Gender"), *(band_text(band) for band in bands), _("All")], "rows": rows}


def _address(one: DocumentedMember) -> str:
    parts = (one.street, f"{one.postcode} {one.city}".strip(), one.country if one.country not in ("", "DK") else "")
    return ", ".join(part for part in parts if part)


def _row(one: DocumentedMember, language: str) -> list[str]:
    born = format_day(one.birth_date, language) if one.birth_date else ""
    word = _("yes") if one.counts else reason_text(one.reason_code)
    return [one.member_no, one.name, born, _address(one), word]


def _proof(one: DocumentedMember, organization: Organization, language: str) -> Data:
    born = format_day(one.birth_date, language) if one.birth_date else ""
    return {
        "heading": f"{one.member_no} · {one.name}",
        "facts": [
            row
            for row in (
                [_("Born"), born],
                [_("Address"), _address(one)],
                [_("Municipality"), municipality_text(one.cell_municipality)],
                [_("Counts"), _("yes") if one.counts else reason_text(one.reason_code)],
                [_("Digest of this row"), _grouped(one.digest)],
            )
            if row[1]
        ],
        "dues": [_dues(dues, language) for dues in one.dues.all()],
        "statement": _("%(name)s confirms that this is what its register held when the year was counted.") % {"name": organization.name},
    }  # fmt: skip


def _dues(dues: DocumentedDues, language: str) -> Data:
    period = (
        format_day_range(dues.period_from, dues.period_to, language)
        if dues.period_from and dues.period_to
        else _("not stated")
    )
    paid = format_day(copenhagen_day(dues.paid_at), language) if dues.paid_at else _("not paid")
    rows = [
        [_("Period"), period],
        [_("Dues"), format_money(dues.dues_amount, dues.currency, language)],
        [_("Given back"), format_money(dues.refunded_amount, dues.currency, language) if dues.refunded_amount else ""],
        [_("A line of its own"), _("yes") if dues.dues_separate else _("no")],
        [_("Paid"), paid],
        [_("Paid by"), f"{dues.payer_name} ({dues.get_payer_relation_display()})" if dues.payer_name else dues.get_payer_relation_display()],
        [_("How"), dues.payment_method],
        [_("Reference of the payment"), dues.payment_reference],
        [_("Reference of the payout"), dues.payout_reference],
        [_("Entered"), format_moment(dues.enrolled_at, language) if dues.enrolled_at else ""],
    ]  # fmt: skip
    return {"heading": dues.dues_text or _("Dues"), "facts": [row for row in rows if row[1]]}
