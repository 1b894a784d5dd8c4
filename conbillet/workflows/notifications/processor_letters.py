"""What we write about sub-processors that change: to owners before, to the operator when somebody objects."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.consents.processors import changes
from conbillet.consents.queries import texts
from conbillet.core.formats import format_day
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.organizations.models import ProcessorObjection

from .letters import foot_links, writes


@writes("processors_coming")
def processors_coming(mail: OutgoingMail) -> Letter | None:
    """What changes from which day, where it can be read, and how to object."""
    name, _slash, slug = mail.about.partition("/")
    lists = texts().processors
    at = next((number for number, one in enumerate(lists) if one.name == name and number > 0), None)
    if at is None:
        return None
    day = format_day(lists[at].effective_on, mail.language)
    words = {"added": _("New: %(name)s"), "removed": _("No longer: %(name)s"), "changed": _("Changed: %(name)s")}
    rows = [words[one.kind] % {"name": one.listed.name.title()} for one in changes(lists[at - 1], lists[at])]
    return Letter(
        subject=_("From %(day)s on, others help ConBillet with your data") % {"day": day},
        greeting=_("Hi"),
        paragraphs=(
            _("You are an owner of an association at ConBillet. Annex B of the data-processing agreement says which companies help us with the association's data. It changes on %(day)s:") % {"day": day},
            *rows,
            _("In the office you see what each of them gets and in which country. If the association does not agree, an owner can object there before that day; if we do not come to an agreement, the association can leave before the change."),
        ),
        button=Button(_("See what changes"), f"{settings.CONBILLET_BASE_URL}/office/{slug}/agreement/#annex-b"),
        links=foot_links(),
        reply_to=settings.CONBILLET_OPERATOR["email"],
        sender="ConBillet",
    )  # fmt: skip


@writes("processors_objection")
def processors_objection(mail: OutgoingMail) -> Letter | None:
    """To the operator: which association objects to which list, and why."""
    found = ProcessorObjection.objects.select_related("organization").filter(pk=int(mail.about)).first()
    if found is None:
        return None
    return Letter(
        subject=_("%(name)s objects to a sub-processor") % {"name": found.organization.name},
        greeting=_("Hi"),
        paragraphs=(
            _("An owner of %(name)s has objected to the list of sub-processors of %(version)s. Answer before it applies: the agreement lets the association leave before the change.")
            % {"name": found.organization.name, "version": found.version},
            _("They wrote: %(reason)s") % {"reason": found.reason},
        ),
        reply_to=found.organization.email,
        sender="ConBillet",
    )  # fmt: skip
