"""What we write to an association that leaves: that it is agreed, and the receipt when it is deleted here."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.core.formats import format_day, format_money
from conbillet.core.references import pretty
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import Departure, DepartureLine

from ..departures import last_backup_day, receipt_rows
from .letters import foot_links, writes


@writes("departure_agreed")
def departure_agreed(mail: OutgoingMail) -> Letter | None:
    """It is agreed; where the package is, and on which day everything goes."""
    departure = Departure.objects.select_related("organization").filter(reference=mail.about).first()
    if departure is None or departure.organization is None or departure.withdrawn_at is not None:
        return None
    day = format_day(departure.delete_on, mail.language)
    return Letter(
        subject=_("%(name)s leaves ConBillet on %(day)s") % {"name": departure.title, "day": day},
        greeting=_("Hi"),
        paragraphs=(
            _("An owner of the association has agreed that it leaves ConBillet.")
            if departure.by_owner
            else _("We have written down that the association leaves ConBillet: %(reason)s") % {"reason": departure.reason},
            _("An owner can fetch all its records until %(day)s, as CSV and JSON. The bookkeeping act has the association keep its vouchers for five years, so look at the package before that day.") % {"day": day},
            _("From %(day)s on everything is deleted here. Until then an owner can take it back.") % {"day": day},
        ),
        button=Button(_("See and fetch the records"), f"{settings.CONBILLET_BASE_URL}/office/{departure.organization.slug}/leave/"),
        links=foot_links(),
        reply_to=settings.CONBILLET_OPERATOR["email"],
        sender="ConBillet",
    )  # fmt: skip


@writes("departure_receipt")
def departure_receipt(mail: OutgoingMail) -> Letter | None:
    """What was deleted, in rows; what is kept, by which law and until when; until when backups hold it."""
    departure = Departure.objects.filter(reference=mail.about).first()
    if departure is None or departure.deleted_at is None:
        return None
    fees = departure.lines.filter(outcome=DepartureLine.Outcome.KEPT)
    kept = [_("The erasure ledger and the log of this deletion are kept, without any name: we must be able to show what was done (GDPR art. 5(2)).")]  # fmt: skip
    if departure.kept_until:
        kept.append(
            _("Our own fees, %(amount)s in all, are kept as sums by month until %(day)s (bogføringsloven § 12).")
            % {
                "amount": format_money(abs(sum(line.amount for line in fees)), "DKK", mail.language),
                "day": format_day(departure.kept_until, mail.language),
            }
        )
    return Letter(
        subject=_("%(name)s is deleted at ConBillet (%(number)s)")
        % {"name": departure.title, "number": pretty(departure.reference)},
        greeting=_("Hi"),
        paragraphs=(
            _("On %(day)s everything of the association was deleted here: %(rows)d rows. The package that was handed over has the SHA-256 %(hash)s.")
            % {"day": format_day(departure.deleted_at, mail.language), "rows": departure.rows_deleted, "hash": departure.sha256},
            *kept,
            _("Backups may hold the data until %(day)s at the latest. If one of them is ever used, the deletion is repeated.")
            % {"day": format_day(last_backup_day(departure), mail.language)},
        ),
        rows=tuple((name, str(count)) for name, count in receipt_rows(departure)),
        closing=(_("This is the last mail. We have forgotten this address as soon as it is sent."),),
        links=foot_links(),
        sender="ConBillet",
    )  # fmt: skip
