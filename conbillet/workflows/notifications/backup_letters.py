"""What we write to the operator when backups fail."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.core import clock
from conbillet.core.formats import format_moment
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.workflows.health import backups_now

from .letters import writes


@writes("backups_in_trouble")
def backups_in_trouble(mail: OutgoingMail) -> Letter | None:
    """What is wrong at the moment of sending; nothing when all is well again."""
    health = backups_now(now=clock.now())
    names = {
        "base": _("the copy of the database"),
        "push": _("what came since, and uploaded files"),
        "keys": _("the keys"),
        "dump": _("the weekly copy"),
        "verify": _("the look whether all is whole"),
        "retention": _("the removal of what is old"),
        "drill": _("the rehearsal of a restore"),
    }
    lines = []
    for part in health.troubles:
        when = format_moment(part.good_at, mail.language) if part.good_at else _("never")
        text = _("%(what)s: last good %(when)s.") % {"what": names[part.kind], "when": when}
        lines.append(f"{text[0].upper()}{text[1:]} {part.reason}".strip())
    if health.disk_is_filling:
        lines.append(_("The disk is filling: less than a tenth is free. PostgreSQL stops when it is full."))
    if not lines:
        return None
    return Letter(
        subject=_("Backups need somebody"),
        greeting=_("Hi"),
        paragraphs=(_("Something about the backups is not as it should be:"), *lines),
        button=Button(_("See how they stand"), f"{settings.CONBILLET_BASE_URL}/desk/health/"),
        sender="ConBillet",
    )
