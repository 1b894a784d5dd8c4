"""What we write to members for their association: that a membership ends."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from conbillet.core import clock
from conbillet.core.formats import format_day
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Membership
from conbillet.memberships.periods import always_inside_one_year
from conbillet.memberships.queries import last_paid_day
from conbillet.memberships.reminders import token_for

from .letters import foot_links, greeting, writes


@writes("membership_ends")
def membership_ends(mail: OutgoingMail) -> Letter | None:
    """It says when, and what to do; nothing is offered besides. Not written any more once it is renewed, left or declined."""
    row = Membership.objects.select_related("member", "membership_type", "organization").filter(pk=mail.about).first()
    if row is None or row.period_to is None or row.ended_at is not None:
        return None
    member, association = row.member, row.organization
    today = clock.copenhagen_day(clock.now())
    if not member.wants_reminders or member.left_on or not member.email or row.period_to < today:
        return None
    if (last_paid_day(member) or today) > row.period_to:
        return None
    name, day = {"name": association.name}, format_day(row.period_to, mail.language)
    # Dues that are paid in the year before do not count at DUF, so members of a calendar year renew in the new one.
    when = (
        _("You renew on your own page from 1 January on; then the dues count in the year for which they are paid.")
        if always_inside_one_year(row.membership_type)
        else _("You renew on your own page. The new membership begins the day after this one, whenever you pay.")
    )
    stop = reverse("site:no_reminders", kwargs={"token": token_for(member)})
    return Letter(
        subject=_("Your membership of %(name)s ends on %(day)s") % {**name, "day": day},
        greeting=greeting(member.name),
        paragraphs=(
            _("Your membership of %(name)s (member no. %(number)s) is paid until %(day)s. It is not renewed by itself.") % {**name, "number": member.member_no, "day": day},
            when,
            _("If you do not want to be a member any more, you need not do anything."),
        ),
        button=Button(_("My memberships"), f"{settings.CONBILLET_BASE_URL}/my/memberships/"),
        small_print=(_("You get this mail because you are in the register of %(name)s, which has asked us to tell you. Answers go to the association.") % name,),
        links=(Button(_("No more mail about this"), f"{settings.CONBILLET_BASE_URL}{stop}"), *foot_links()),
        accent=association.accent_colour,
        reply_to=association.email,
        sender=association.name,
    )  # fmt: skip
