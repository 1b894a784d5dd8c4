"""The mail that says that somebody's package is ready."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.core.formats import format_day
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import InsightPackage

from .letters import foot_links, writes


@writes("insight_code_used")
def insight_code_used(mail: OutgoingMail) -> Letter | None:
    """To the address that the data is under: that somebody whom our staff have checked fetched it."""
    return Letter(
        subject=_("Your data was fetched with a code"),
        greeting=_("Hi"),
        paragraphs=(
            _("Somebody who cannot reach this address any more has shown us that they are you, and fetched everything that is stored about you."),
        ),
        button=Button(_("Write to us"), f"{settings.CONBILLET_BASE_URL}/help/"),
        closing=(_("If that was not you, tell us at once."),),
        links=foot_links(),
        sender="ConBillet",
    )


@writes("insight_ready")
def insight_ready(mail: OutgoingMail) -> Letter | None:
    """Where to fetch it: behind the login. Neither the data nor a secret link."""
    package = InsightPackage.objects.filter(reference=mail.about, state=InsightPackage.State.READY).first()
    if package is None or package.expires_at is None:
        return None
    return Letter(
        subject=_("Your data is ready"),
        greeting=_("Hi"),
        paragraphs=(
            _("Everything that is stored about you has been put together: to read, as PDF, and for machines.")
            + " "
            + _("You can fetch it until %(day)s.") % {"day": format_day(package.expires_at, mail.language)},
            *(
                (_("Log in with a code to this e-mail address. The code shows us that it is you."),)
                if package.case_id is not None
                else ()
            ),
        ),
        button=Button(_("Fetch my data"), f"{settings.CONBILLET_BASE_URL}/my/data/"),
        closing=(_("If it was not you who asked, tell us: only you can fetch it."),),
        links=foot_links(),
        sender="ConBillet",
    )
