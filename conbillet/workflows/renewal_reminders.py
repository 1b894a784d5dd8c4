"""Once a day: members whose membership ends soon are told, once for each period (decision 28)."""

from datetime import datetime

from django.db import transaction

from conbillet.core.clock import copenhagen_day
from conbillet.core.data_map import SERVICES
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.reminders import ending
from conbillet.privacy.limits import is_closed, live_limits

KIND = "membership_ends"
PORTION = 500


def remind_of_renewal(*, now: datetime) -> int:
    """Queue a mail for each; the number. Runs as often as one likes, and goes on where a lost run ended."""
    queued, last = 0, 0
    limited = live_limits(now=now).exists()  # asked of each person only where there is any
    while True:
        soon = list(ending(on=copenhagen_day(now)).filter(pk__gt=last)[:PORTION])
        if not soon:
            return queued
        last = soon[-1].pk
        keys = {f"{KIND}/{one.pk}": one for one in soon}
        known = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
        with transaction.atomic():
            for key, one in keys.items():
                member = one.member
                if key in known:
                    continue
                if limited and is_closed(purpose=SERVICES, person_id=member.person_id, email=member.email, now=now):
                    continue
                language = member.person.language if member.person else "da"
                queue_mail(
                    kind=KIND, key=key, recipient=member.email, language=language or "da", about=str(one.pk),
                    organization_id=one.organization_id, person_id=member.person_id, now=now,
                )  # fmt: skip
                queued += 1
