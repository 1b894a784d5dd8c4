"""Time → workflow. House-keeping only: nothing a visitor waits for hangs on the clock."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import close_old_connections
from procrastinate.contrib.django import app

from conbillet.core import audit, clock
from conbillet.core.audit_heads import remember_heads
from conbillet.core.rate_limits import forget_old_counters
from conbillet.privacy.retention.rules import RULES, run_rule
from conbillet.sales import stock
from conbillet.sales.actions.fold_figures import fold_figures
from conbillet.tickets.actions.fold_check_ins import fold_check_ins
from conbillet.workflows import (
    authorities,
    backup_alarms,
    breaches,
    cases,
    departures,
    inbox,
    member_documentation,
    membership_sales,
    newsletters,
    policy_news,
    processor_news,
    reconciliation,
    renewal_reminders,
    replay,
    statistics,
)

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
    remember_heads()


def add_up(*, now: datetime) -> None:
    """Fold what was sold, booked and checked in during the last minute into the figures."""
    fold_figures()
    fold_check_ins()


every("* * * * *", "reconcile", reconciliation.reconcile)
every("17 * * * *", "reconcile_accounts", reconciliation.reconcile_accounts)
every("* * * * *", "seal_audit", seal_audit)
every("* * * * *", "record_replay", replay.record)
every("* * * * *", "release_expired_holds", stock.release_expired)
every("* * * * *", "add_up", add_up)
every("15 * * * *", "forget_old_counters", forget_old_counters)
# A minute into the new year in Copenhagen, and for a week after it, in case nothing ran that night.
every("1 23 31 12 *", "freeze_year", member_documentation.freeze_year)
every("11 5 1-7 1 *", "freeze_year_late", member_documentation.freeze_year)
every("2 23 31 12 *", "continue_membership_sales", membership_sales.continue_membership_sales)
every("13 5 1-7 1 *", "continue_membership_sales_late", membership_sales.continue_membership_sales)
every("* * * * *", "fetch_mail", inbox.fetch_mail)
every("* * * * *", "wake_newsletters", newsletters.wake)
every("*/10 * * * *", "watch_backups", backup_alarms.watch_backups)
every("*/10 * * * *", "remind_of_breaches", breaches.remind_of_breaches)
every("37 2 * * *", "take_statistics", statistics.take_statistics)
every("47 3 * * *", "delete_departed", departures.delete_departed)
every("3 6 * * *", "remind_of_cases", cases.remind_of_cases)
every("17 9 * * *", "remind_of_renewal", renewal_reminders.remind_of_renewal)
every("37 8 * * *", "announce_policy", policy_news.announce_policy)
every("43 8 * * *", "announce_processors", processor_news.announce_processors)
every("5 7 * * *", "tell_about_authorities", authorities.tell_persons)
# What is to be forgotten, and when, stands in the table of retention rules: one job for each.
for _rule in RULES:
    every(_rule.cron, f"retention_{_rule.name}", partial(run_rule, _rule))
every("41 4 * * *", "forget_old_jobs", stalled_jobs.forget_old_jobs)
# Without a lock: a run that was lost with its worker must not keep out the next ones, which would free it.
every("* * * * * */20", "free_stalled_jobs", stalled_jobs.free_stalled_jobs, one_at_a_time=False)
