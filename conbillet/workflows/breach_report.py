"""The record of a breach as the authority wants to read it (GDPR art. 33(3) and (5)): as text and as PDF."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.core.formats import format_moment
from conbillet.core.references import pretty
from conbillet.core.typesetting import compile_pdf
from conbillet.privacy.models import Breach

Entries = list[tuple[str, str]]
_TEMPLATE = Path(__file__).parent / "pdf" / "record.typ"


def report_entries(breach: Breach) -> Entries:
    """What is said, point by point, in the language of the moment; what is not known says so."""
    operator, language = settings.CONBILLET_OPERATOR, get_language() or "da"
    contact = ", ".join(
        part for part in (operator["name"], operator["cvr"], operator["address"], operator["email"]) if part
    )
    about = breach.subjects.count() or breach.about_people
    if breach.reported_at:
        reported = format_moment(breach.reported_at, language) + (
            f" ({breach.report_number})" if breach.report_number else ""
        )
    else:
        reported = breach.not_reported_why
    if breach.telling_at:
        told = _("%(count)d letters, begun %(when)s") % {
            "count": breach.subjects.exclude(told_at=None).count(),
            "when": format_moment(breach.telling_at, language),
        }
    else:
        told = breach.not_told_why
    found = [
        (_("Noticed"), format_moment(breach.discovered_at, language)),
        (_("Noticed by"), breach.noticed_by),
        (_("To be reported by"), format_moment(breach.report_by_at, language)),
        (_("What happened"), breach.happened),
        (_("Association"), breach.organization.name if breach.organization else ""),
        (_("Which data"), breach.data_kinds),
        (_("How many people, roughly"), str(about) if about else ""),
        (_("What may follow from it"), breach.consequences),
        (_("What was done, and is to be done"), breach.measures),
        (_("How big the risk is"), str(breach.get_risk_display())),
        (_("Reported to the authority"), reported),
        (_("Why later than 72 hours"), breach.late_why),
        (_("The persons"), told),
        (_("Contact"), contact),
    ]
    unknown, optional = _("Not known yet"), {_("Why later than 72 hours"), _("Association")}
    return [(name, value or unknown) for name, value in found if value or name not in optional]


def report_text(breach: Breach) -> str:
    """The record as plain text."""
    head = _("Breach of personal data security %(number)s") % {"number": pretty(breach.reference)}
    return "\n\n".join([head, *(f"{name}\n{value}" for name, value in report_entries(breach))]) + "\n"


def report_pdf(breach: Breach, *, now: datetime) -> bytes:
    """The record as PDF."""
    language = get_language() or "da"
    head = _("Breach of personal data security %(number)s") % {"number": pretty(breach.reference)}
    return compile_pdf(
        _TEMPLATE,
        {
            "title": head,
            "language": language,
            "about": _("As it stands on %(when)s") % {"when": format_moment(now, language)},
            "foot": f"{settings.CONBILLET_OPERATOR['name']} · {pretty(breach.reference)}",
            "entries": [list(entry) for entry in report_entries(breach)],
        },
        created_at=now,
    )
