"""What we write about consents, and about a version of the policy that is coming."""

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.consents.consent_links import consent_path
from conbillet.consents.models import MarketingConsent
from conbillet.consents.queries import texts
from conbillet.core.formats import format_day
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail

from .letters import foot_links, writes


@writes("consent_confirm")
def consent_confirm(mail: OutgoingMail) -> Letter | None:
    """The second half of a double opt-in. Says whose news it is; without the click nothing is sent."""
    row = MarketingConsent.objects.select_related("organization").filter(reference=mail.about).first()
    if row is None or row.event != MarketingConsent.Event.ASKED:
        return None
    sender = row.organization.name if row.organization else "ConBillet"
    return Letter(
        subject=_("Do you want news from %(sender)s?") % {"sender": sender},
        greeting=_("Hi"),
        paragraphs=(
            _("Somebody asked for news from %(sender)s to be sent to this address.") % {"sender": sender},
            _("If it was you, say yes on the page behind the button. You can take it back with one click at any time."),
        ),
        button=Button(_("See it and say yes"), f"{settings.CONBILLET_BASE_URL}{consent_path(row)}"),
        closing=(_("If it was not you, you need not do anything: without your yes nothing is sent, and your address is forgotten after a week."),),
        links=foot_links(),
        accent=row.organization.accent_colour if row.organization else "#5b21b6",
        sender="ConBillet",
    )  # fmt: skip


@writes("policy_coming")
def policy_coming(mail: OutgoingMail) -> Letter | None:
    """A new version of the policy is coming; nothing when it was taken back meanwhile."""
    version = next((one for one in texts().policies if one.name == mail.about), None)
    if version is None:
        return None
    former = texts().policies[texts().policies.index(version) - 1]
    day: date = version.effective_on
    return Letter(
        subject=_("New privacy policy from %(day)s") % {"day": format_day(day, mail.language)},
        greeting=_("Hi"),
        paragraphs=(
            _("You have an account at ConBillet. From %(day)s a new version of our privacy policy applies.")
            % {"day": format_day(day, mail.language)},
            _("On the page behind the button you see word by word what has changed. You need not do anything."),
        ),
        button=Button(
            _("See what changes"),
            f"{settings.CONBILLET_BASE_URL}/policy/changes/?from={former.name}&to={version.name}",
        ),
        closing=(_("If you do not agree, you can delete your account before that day, on your page under My data."),),
        links=(
            Button(_("The whole new version"), f"{settings.CONBILLET_BASE_URL}/policy/{version.name}/"),
            *foot_links(),
        ),
        sender="ConBillet",
    )
