"""What we write to crew who are asked for a child-protection certificate."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.certificates.models import CertificateRequest
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail

from .letters import foot_links, greeting, writes


@writes("certificate_asked")
def certificate_asked(mail: OutgoingMail) -> Letter | None:
    """Who asks, and where to answer: behind the login, never by mail."""
    request = CertificateRequest.objects.select_related("organization").filter(reference=mail.about).first()
    if request is None or request.state != CertificateRequest.State.ASKED:
        return None
    return Letter(
        subject=_("%(association)s asks you for a child-protection certificate")
        % {"association": request.organization.name},
        greeting=greeting(request.name),
        paragraphs=(
            _(
                "You are on the crew of %(association)s, which needs child-protection certificates for those who work with children."
            )
            % {"association": request.organization.name},
            _(
                "Read what it is for on your own page, and say yes or no there. Never send your CPR number by mail, to us or to anybody."
            ),
        ),
        button=Button(_("Read and answer"), f"{settings.CONBILLET_BASE_URL}/my/certificates/"),
        links=foot_links(),
        reply_to=request.organization.email,
        sender="ConBillet",
    )
