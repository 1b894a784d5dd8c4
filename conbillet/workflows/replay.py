"""What a restore must not bring back: written down outside the database as it happens, and done again before a restored
database serves anybody.

Every minute `record` adds what was withdrawn or made invalid since to the replay ledger (`core/replay_ledger.py`); erasures
write their own ledger. After a restore `replay` does both again, asks Stripe about everything since the restored moment, looks
for whatever is left of those who were erased, and only then may the database be opened.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.models import MarketingConsent
from conbillet.core.actor import SYSTEM
from conbillet.core.data_map import data_map
from conbillet.core.files import create_private, locked, make_private_folder
from conbillet.core.keys import InstallationKeys
from conbillet.core.replay_ledger import name_of, replay_ledger
from conbillet.newsletters.models import Issue
from conbillet.payments.gateway import ProviderUnknown
from conbillet.privacy.erasure import replay as erasures
from conbillet.privacy.erasure.ledger import ACCOUNT, GUEST, ledger
from conbillet.privacy.residue import Needles, in_database
from conbillet.sales.models import OrderLine
from conbillet.tickets.actions.void_ticket import void_ticket
from conbillet.tickets.models import Ticket
from conbillet.workflows.reconciliation import reconcile, reconcile_accounts

Say = Callable[[str], None]
CONSENT, TICKET = "consent_withdrawn", "ticket_voided"
# At the first run everything that any backup can be older than; later on what came since, and a little more.
FIRST = timedelta(weeks=9)
OVERLAP = timedelta(minutes=10)
# Numbers that were given after the restored moment are known outside (Stripe, mails, PDFs): they are never given again.
JUMP = 1_000_000
# The log names what it was about by an id, which means nothing any more.
LOG = "core_auditentry.object_reference"


class CannotOpen(Exception):
    """The restored database may not serve anybody; the message says why."""


@dataclass(frozen=True)
class Replayed:
    """How much was done again."""

    erasures: int
    withdrawals: int
    tickets: int
    differences: int


def record(*, now: datetime) -> int:
    """Add to the ledger what was taken back since the last time; how many entries. May be repeated and run at any time."""
    folder = Path(settings.CONBILLET_KEYS) / "replay"
    make_private_folder(folder)
    with locked(folder / ".recording"):
        since = _recorded_until(folder, now) - OVERLAP
        known = {(entry.subject, entry.scope, entry.erased_at) for entry in replay_ledger().entries()}
        added = 0
        for subject, scope, at in sorted(_taken_back(since), key=lambda one: one[2]):
            if (subject, scope, at) not in known:
                replay_ledger().append(subject=subject, scope=scope, now=at)
                added += 1
        _write_recorded_until(folder, now)
    return added


def replay(*, since: datetime, now: datetime, rehearsal: bool = False, say: Say = lambda line: None) -> Replayed:
    """Do again whatever happened after the restored moment `since`, and see that nobody who was erased is there.

    In a rehearsal Stripe is left alone: it would take our questions for the real house's. Raises CannotOpen, or LedgerBroken.
    """
    if any(entry.scope == GUEST for entry in ledger().entries()):
        _need("erased-guests")
    if any(True for _entry in replay_ledger().entries()):
        _need("replay")
    say("erasing again whoever was erased")
    erased = len(erasures.replay_ledger(now=now))
    say("withdrawing consents again")
    withdrawn = _withdraw_again(now)
    say("making tickets invalid again")
    voided = _void_again(now)
    _number_from_far_above()
    Issue.objects.filter(state=Issue.State.SENDING).update(state=Issue.State.PAUSED)
    differences = 0
    if not rehearsal:
        say("asking Stripe about every payment since")
        try:
            stopped = reconcile(now=now).stopped
            differences = len(reconcile_accounts(now=now, since=since))
        except ProviderUnknown:
            stopped = True
        if stopped:
            raise CannotOpen("Stripe does not answer, so it is not known what was paid since: try again when it does")
    say("looking for what may be left of those who were erased")
    left = left_of_erased(now=now)
    if left:
        raise CannotOpen(f"somebody who was erased is still there: {', '.join(sorted(left))}")
    return Replayed(erased, withdrawn, voided, differences)


def left_of_erased(*, now: datetime) -> set[str]:
    """Every column that still holds the id of a person whom the ledger calls erased."""
    since = now - erasures.REPLAYED_FOR
    ids = [str(entry.subject) for entry in ledger().entries() if entry.scope == ACCOUNT and entry.erased_at > since]
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner's samples are from before
    # The planner's samples of a column hold what the column holds.
    places = {hit.place.removeprefix("statistics of ") for hit in in_database(Needles(ids))}
    return places - _may_name_them()


def _may_name_them() -> set[str]:
    """Columns that keep the id of somebody who is erased: receipts and logs, as the data map declares."""
    tables = data_map.load().tables.values()
    links = ((table, column) for table in tables for column in table.columns.values() if column.kind == "link")
    kept = {"destroy_key", "expires", "kept"}
    return {LOG} | {
        f"{table.name}.{column.name}" for table, column in links if column.erase and column.erase.how in kept
    }


def _taken_back(since: datetime) -> Iterator[tuple[UUID, str, datetime]]:
    for ticket in Ticket.objects.filter(voided_at__gte=since).only("reference", "voided_at", "void_reason").iterator():
        assert ticket.voided_at is not None
        yield name_of(TICKET, ticket.reference), f"{TICKET}:{ticket.void_reason or 'unknown'}", ticket.voided_at
    withdrawn = MarketingConsent.objects.filter(at__gte=since, event=MarketingConsent.Event.WITHDRAWN)
    for row in withdrawn.iterator():
        yield _name_of_consent(row), CONSENT, row.at


def _name_of_consent(row: MarketingConsent) -> UUID:
    return name_of(CONSENT, row.email.lower(), row.organization_id, row.purpose)


def _withdraw_again(now: datetime) -> int:
    """A yes that is older than its withdrawal in the ledger is taken back; a later one is a new yes."""
    taken = {}
    for entry in replay_ledger().entries():
        if entry.scope == CONSENT:
            taken[entry.subject] = entry.erased_at
    done = 0
    for row in _newest_consents():
        at = taken.get(_name_of_consent(row))
        if at is not None and row.at < at:
            done += withdraw_consent(
                email=row.email,
                organization_id=row.organization_id,
                purpose=row.purpose,
                method=MarketingConsent.Method.CASE,
                person_id=row.person_id,
                language=row.language,
                now=now,
            )
    return done


def _newest_consents() -> QuerySet[MarketingConsent]:
    given = MarketingConsent.objects.exclude(event=MarketingConsent.Event.ASKED)
    newest = given.order_by("email", "organization_id", "purpose", "-id")
    return newest.distinct("email", "organization_id", "purpose")


def _void_again(now: datetime) -> int:
    reasons = {}
    for entry in replay_ledger().entries():
        kind, _, reason = entry.scope.partition(":")
        if kind == TICKET:
            reasons[entry.subject] = reason
    if not reasons:
        return 0
    doomed: dict[str, list[int]] = {}
    for ticket in Ticket.objects.filter(voided_at=None).only("reference", "line_id").iterator():
        found = reasons.get(name_of(TICKET, ticket.reference))
        if found is not None:
            doomed.setdefault(found, []).append(ticket.line_id)
    done = 0
    for reason, lines in sorted(doomed.items()):
        with transaction.atomic():
            chosen = OrderLine.objects.filter(pk__in=lines)
            done += len(void_ticket(lines=list(chosen), reason=reason, actor=SYSTEM, now=now, even_if_used=True))
    return done


def _number_from_far_above() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, COALESCE(last_value, 0) + %s) "
            "FROM pg_sequences WHERE schemaname = 'public' AND COALESCE(last_value, 0) + %s < max_value",
            [JUMP, JUMP],
        )


def _need(key: str) -> None:
    """Without the key no entry would be recognized, and everybody would come back unnoticed. Raises CannotOpen."""
    if not (Path(settings.CONBILLET_KEYS) / f"{key}.key").exists():
        raise CannotOpen(
            f"the key {key} is missing, by which the ledger names things: restore it from the keys' backup"
        )
    InstallationKeys(Path(settings.CONBILLET_KEYS)).key_for(key, create=False)


def _recorded_until(folder: Path, now: datetime) -> datetime:
    try:
        until = datetime.fromisoformat(json.loads((folder / "recorded.json").read_text()))
    except (FileNotFoundError, ValueError):
        return now - FIRST
    return min(until, now)


def _write_recorded_until(folder: Path, now: datetime) -> None:
    new = folder / ".recorded.new"
    new.unlink(missing_ok=True)
    create_private(new, json.dumps(now.isoformat()).encode())
    new.replace(folder / "recorded.json")
