"""What we write to somebody whose data a public authority got."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.core.formats import format_day
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import AuthorityCase

from .letters import foot_links, writes


@writes("authority_told")
def authority_told(mail: OutgoingMail) -> Letter | None:
    """Who asked, on what ground, which kinds of data, and where to complain. Not the data itself."""
    case = AuthorityCase.objects.select_related("package").filter(reference=mail.about).first()
    if case is None or case.told_at is None or case.package.delivered_at is None:
        return None
    return Letter(
        subject=_("We have handed data about you to an authority"),
        greeting=_("Hi"),
        paragraphs=(
            _("On %(day)s we handed data about you to %(authority)s, because the law obliges us to: %(ground)s.")
            % {
                "day": format_day(case.package.delivered_at, mail.language),
                "authority": case.authority,
                "ground": case.legal_ground,
            },
            _("Two people beside the one who received the request have checked it. Nothing was handed over beyond what it covers."),
            _("You can see what we hold about you at any time, and ask us about this case. You can complain to Datatilsynet."),
        ),
        button=Button(_("See my data"), f"{settings.CONBILLET_BASE_URL}/my/data/"),
        links=foot_links(),
        reply_to=settings.CONBILLET_OPERATOR["email"],
        sender="ConBillet",
    )
