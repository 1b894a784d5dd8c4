"""The list of activities by quarter as PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from conbillet.core.clock import day_start
from conbillet.core.formats import format_count, format_day, format_day_range
from conbillet.core.typesetting import Data, compile_pdf
from conbillet.organizations.models import Organization

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Listed:
    """One event or activity; days inclusive. `number` is an entered activity's key, None for an event."""

    first: date
    last: date
    name: str
    place: str
    participants: int
    number: int | None


def render_activities(
    quarters: Sequence[tuple[int, Sequence[Listed], bool]],
    organization: Organization,
    *,
    year: int,
    language: str,
    today: date,
) -> bytes:
    """PDF/UA: (quarter, what was held, whether something is missing) for each. Raises CannotTypeset."""
    with translation.override(language):
        title = _("Activities %(year)s, %(name)s") % {"year": year, "name": organization.name}
        seller = ", ".join(
            part for part in (organization.street, f"{organization.postcode} {organization.city}".strip()) if part
        )
        facts = [
            [_("Association"), organization.name],
            [_("CVR number"), organization.cvr],
            [_("Address"), seller],
            [_("As of"), format_day(today, language)],
        ]
        data: dict[str, Data] = {
            "language": language,
            "title": title,
            "heading": title,
            "texts": {
                "page": _("Page {number} of {total}"),
                "head": [_("When"), _("What"), _("Where"), _("Participants")],
                "missing": _("Nothing was held in this quarter."),
                "nothing": _("Nothing yet."),
            },
            "facts": [row for row in facts if row[1]],
            "quarters": [
                {
                    "heading": _("%(number)s. quarter") % {"number": number},
                    "rows": [
                        [format_day_range(row.first, row.last, language), row.name, row.place, format_count(row.participants, language)]
                        for row in rows
                    ],
                    "missing": is_missing,
                }
                for number, rows, is_missing in quarters
            ],
        }  # fmt: skip
        return compile_pdf(FOLDER / "activities.typ", data, created_at=day_start(today))
