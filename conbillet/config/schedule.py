"""Time → workflow. House-keeping only: nothing a visitor waits for hangs on the clock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import close_old_connections
from procrastinate.contrib.django import app

from conbillet.accounts.actions.forget_sign_ins import forget_sign_ins
from conbillet.certificates.actions.settle_certificate import forget_numbers
from conbillet.consents.actions.forget_answers import forget_answers
from conbillet.consents.actions.forget_consents import forget_consents
from conbillet.core import audit, clock
from conbillet.core.rate_limits import forget_old_counters
from conbillet.mail.actions.forget_bodies import forget_bodies
from conbillet.organizations.actions.forget_invitations import forget_invitations
from conbillet.privacy.actions.deliver_authority_package import forget_authority_packages
from conbillet.sales import stock
from conbillet.sales.actions.forget_carts import forget_carts
from conbillet.support.actions.forget_cases import forget_cases
from conbillet.workflows import authorities, policy_news, reconciliation

from . import stalled_jobs


def every(cron: str, name: str, workflow: Callable[..., Any], *, one_at_a_time: bool = True) -> None:
    """Run `workflow(now=…)` at the times of `cron` (five fields, or six with seconds last), in UTC.

    At most one run of a name waits and at most one runs; its lock is its own, so a slow run holds up nothing else. A run
    that is lost with its worker is not repeated; the next one comes by the clock.
    """

    def run(timestamp: int) -> None:
        close_old_connections()
        workflow(now=clock.now())

    own = f"{stalled_jobs.SCHEDULED}{name}"
    app.periodic(cron=cron)(app.task(name=own, queueing_lock=own, lock=own if one_at_a_time else None)(run))


def seal_audit(*, now: datetime) -> None:
    """Chain the audit entries of the last minute."""
    audit.seal_entries()


every("* * * * *", "reconcile", reconciliation.reconcile)
every("17 * * * *", "reconcile_accounts", reconciliation.reconcile_accounts)
every("* * * * *", "seal_audit", seal_audit)
every("* * * * *", "release_expired_holds", stock.release_expired)
every("23 * * * *", "forget_carts", forget_carts)
every("11 4 * * *", "forget_sign_ins", forget_sign_ins)
every("13 4 * * *", "forget_invitations", forget_invitations)
every("15 * * * *", "forget_old_counters", forget_old_counters)
every("17 4 * * *", "forget_bodies", forget_bodies)
every("19 4 * * *", "forget_cases", forget_cases)
every("21 4 * * *", "forget_answers", forget_answers)
every("22 4 * * *", "forget_consents", forget_consents)
every("37 8 * * *", "announce_policy", policy_news.announce_policy)
every("25 4 * * *", "forget_authority_packages", forget_authority_packages)
every("5 7 * * *", "tell_about_authorities", authorities.tell_persons)
every("27 4 * * *", "forget_cpr_numbers", forget_numbers)
every("41 4 * * *", "forget_old_jobs", stalled_jobs.forget_old_jobs)
# Without a lock: a run that was lost with its worker must not keep out the next ones, which would free it.
every("* * * * * */20", "free_stalled_jobs", stalled_jobs.free_stalled_jobs, one_at_a_time=False)
