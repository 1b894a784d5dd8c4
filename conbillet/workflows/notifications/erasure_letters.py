"""What we write when somebody was deleted: the receipt to them, once; and to associations which orders it is about."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conbillet.accounts.models import Account
from conbillet.core.clock import add_months, copenhagen_day
from conbillet.core.formats import format_day, format_moment
from conbillet.core.references import pretty
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import Erasure, ErasureLine, ErasureNotice

from .letters import foot_links, writes


def receipt_link(erasure: Erasure) -> str:
    """The receipt's secret link, which needs no account."""
    return f"{settings.CONBILLET_BASE_URL}/my/erased/{erasure.reference}/{erasure.access_key}/"


@writes("erasure_receipt")
def erasure_receipt(mail: OutgoingMail) -> Letter | None:
    """You are deleted: what is kept and until when, until when backups hold it, and where the receipt is."""
    erasure = Erasure.objects.filter(reference=mail.about).first()
    if erasure is None:
        return None
    kept = erasure.lines.filter(outcome=ErasureLine.Outcome.KEPT)
    paragraphs = [
        _("We deleted what ConBillet held about you on %(when)s. The receipt has the number %(number)s.")
        % {"when": format_moment(erasure.erased_at, mail.language), "number": pretty(erasure.reference)},
    ]
    last = max((line.until for line in kept if line.until), default=None)
    if last is None:
        paragraphs.append(_("Nothing is kept with your name."))
    else:
        paragraphs.append(
            _("The law has us keep a little longer what the receipt lists. The last of it goes by itself on %(day)s.")
            % {"day": format_day(last, mail.language)}
        )
    paragraphs.append(
        _("Backups may hold the data until %(day)s at the latest. If one of them is ever used, the deletion is repeated.")
        % {"day": format_day(erasure.backups_until, mail.language)}
    )
    return Letter(
        subject=_("You are deleted (%(number)s)") % {"number": pretty(erasure.reference)},
        greeting=_("Hi"),
        paragraphs=tuple(paragraphs),
        button=Button(_("See the receipt"), receipt_link(erasure)),
        closing=(
            _("This is the last mail. We have forgotten your address as soon as it is sent, so keep the link."),
            _("You can complain to %(authority)s.") % {"authority": settings.CONBILLET_SUPERVISORY_AUTHORITY},
        ),
        small_print=(erasure.reference,),
        links=foot_links(),
        sender="ConBillet",
    )


@writes("account_unused")
def account_unused(mail: OutgoingMail) -> Letter | None:
    """The account is deleted in a month unless its owner logs in; nothing when somebody has."""
    account = Account.objects.filter(pk=int(mail.about)).first()
    if account is None or (account.last_login and account.last_login >= mail.created_at):
        return None
    day = add_months(copenhagen_day(mail.created_at), 1)
    return Letter(
        subject=_("Your account at ConBillet is deleted soon"),
        greeting=_("Hi"),
        paragraphs=(
            _("You have not used your account for almost three years. We do not keep what nobody uses, so we delete it after %(day)s.")
            % {"day": format_day(day, mail.language)},
            _("Do you want to keep it? Then log in before that day. That is all."),
        ),
        button=Button(_("Log in and keep it"), f"{settings.CONBILLET_BASE_URL}/my/"),
        closing=(_("If you do nothing, you get a receipt when it is deleted."),),
        links=foot_links(),
        sender="ConBillet",
    )  # fmt: skip


@writes("erasure_notice")
def erasure_notice(mail: OutgoingMail) -> Letter | None:
    """To an association: somebody was deleted, and which of its orders and members that is. Names nobody."""
    notices = ErasureNotice.objects.select_related("organization").filter(erasure_reference=mail.about)
    notice = notices.filter(organization=mail.organization_id).first() if mail.organization_id else None
    if notice is None:
        return None
    rows = []
    if notice.orders:
        orders = notice.orders.split(",")
        rows.append((ngettext("Order", "Orders", len(orders)), ", ".join(pretty(one) for one in orders)))
    if notice.members:
        members = notice.members.split(",")
        rows.append((ngettext("Member number", "Member numbers", len(members)), ", ".join(members)))
    return Letter(
        subject=_("Somebody was deleted (%(number)s)") % {"number": pretty(notice.erasure_reference)},
        greeting=_("Hi"),
        paragraphs=(
            _("Somebody who bought from %(organization)s, or held a ticket or a membership, was deleted at ConBillet.")
            % {"organization": notice.organization.name},
            _("If you have their data in a list of your own (a file, a print, a mail), delete it there too, unless a law has you keep it."),
        ),
        rows=tuple(rows),
        button=Button(
            _("See all notices"), f"{settings.CONBILLET_BASE_URL}/office/{notice.organization.slug}/retention/"
        ),
        links=foot_links(),
        accent=notice.organization.accent_colour,
        sender="ConBillet",
    )  # fmt: skip
