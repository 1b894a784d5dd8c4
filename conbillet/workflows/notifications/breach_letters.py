"""What we write about a breach of security: to whom it concerns, and to the operator while time runs."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.core.formats import format_day, format_moment
from conbillet.core.references import pretty
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import Breach

from .letters import foot_links, writes


@writes("breach_told")
def breach_told(mail: OutgoingMail) -> Letter | None:
    """What happened, what may follow, what we do, what they can do, whom to ask (GDPR art. 34(2)): the desk's words."""
    breach = Breach.objects.filter(reference=mail.about).first()
    text = "" if breach is None else (breach.told_en if mail.language == "en" else breach.told_da)
    if breach is None or not text:
        return None
    return Letter(
        subject=_("Your data at ConBillet: something happened (%(number)s)") % {"number": pretty(breach.reference)},
        greeting=_("Hi"),
        paragraphs=(
            _("On %(day)s we found out that the security of data about you was broken. We tell you, because it may concern you.")
            % {"day": format_day(breach.discovered_at, mail.language)},
            *(part.strip() for part in text.split("\n\n") if part.strip()),
            _("Do you have questions? Write to %(operator)s, %(email)s, and give the number above.")
            % {"operator": settings.CONBILLET_OPERATOR["name"], "email": settings.CONBILLET_OPERATOR["email"]},
        ),
        closing=(
            _("We never ask for a password or a code by mail. If somebody does, it is not us."),
            _("You can complain to %(authority)s.") % {"authority": settings.CONBILLET_SUPERVISORY_AUTHORITY},
        ),
        links=foot_links(),
        reply_to=settings.CONBILLET_OPERATOR["email"],
        sender="ConBillet",
    )  # fmt: skip


@writes("breach_pressing")
def breach_pressing(mail: OutgoingMail) -> Letter | None:
    """To the operator: until when the authority has to be told. Nothing of what happened, for mail is not safe enough."""
    breach = Breach.objects.filter(reference=mail.about).first()
    if breach is None or breach.is_settled or breach.closed_at is not None:
        return None
    late = mail.created_at > breach.report_by_at
    return Letter(
        subject=_("The 72 hours are over: breach %(number)s") % {"number": pretty(breach.reference)}
        if late
        else _("Breach %(number)s: report by %(when)s")
        % {"number": pretty(breach.reference), "when": format_moment(breach.report_by_at, mail.language)},
        greeting=_("Hi"),
        paragraphs=(
            _("A breach of security is written down that is neither reported to the authority nor found to be no risk. It has to be reported by %(when)s; after that with the reasons why it is late.")
            % {"when": format_moment(breach.report_by_at, mail.language)},
        ),
        button=Button(_("Open the record"), f"{settings.CONBILLET_BASE_URL}/desk/breaches/{breach.reference}/"),
        sender="ConBillet",
    )  # fmt: skip
