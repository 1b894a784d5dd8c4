"""Doing what the erasure ledger says, again: after a crash in the middle, and after a backup brought somebody back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models.functions import Lower

from conbillet.accounts.models import Account, Person
from conbillet.core.actor import SYSTEM
from conbillet.core.data_map import data_map
from conbillet.core.erasure_ledger import Erasure as Entry

from ..models import Erasure
from ..reach import Subject, subject_of
from .children import subjects_of_children
from .erase import finish
from .ledger import CHILD, GUEST, guest_id, ledger, subject_keys
from .notices import Address
from .plan import model_of

# Somebody whose erasure was cut short hears of it; somebody whom a restored backup brought back heard of it long ago.
TOLD_AFTER_A_CRASH = timedelta(days=1)
# Far longer than any backup is kept (8 weeks), and shorter than receipts are (2 years).
REPLAYED_FOR = timedelta(days=365)


def waiting(*, now: datetime) -> list[Entry]:
    """Entries of the ledger that this database does not know to be done. Raises LedgerBroken.

    Older ones are left alone: no backup goes back that far, and their receipts are gone.
    """
    done = set(Erasure.objects.values_list("subject_id", "scope", "erased_at"))
    return [
        entry
        for entry in ledger().entries()
        if entry.erased_at > now - REPLAYED_FOR and (entry.subject, entry.scope, entry.erased_at) not in done
    ]


def replay_ledger(*, now: datetime) -> list[Erasure]:
    """Erase again whoever the ledger names and this database still knows; the receipts of what was done now.

    Harmless when repeated: an entry whose receipt is here is done, and only its key is looked for once more. Run it
    after a restore before anybody else may use the database: guests are found by their address.
    """
    for entry in ledger().entries():
        if entry.scope not in {GUEST, CHILD}:
            subject_keys().destroy(entry.subject)
    return [
        finish(
            entry=entry,
            subject=subject,
            via=Erasure.Via.REPLAY,
            tell=_address(subject) if now - entry.erased_at < TOLD_AFTER_A_CRASH else None,
            actor=SYSTEM,
            now=now,
        )
        for entry, subject in _due(now)
    ]


def _address(subject: Subject) -> Address | None:
    """Where a receipt that a crash prevented is to go."""
    account = Account.objects.filter(person__in=subject.persons).select_related("person").first()
    return Address(account.email, account.person.language or "da") if account else None


def _due(now: datetime) -> Iterator[tuple[Entry, Subject]]:
    entries = waiting(now=now)
    guests: dict[object, str] = {}
    if any(entry.scope == GUEST for entry in entries):
        guests = {guest_id(email): email for email in _addresses()}
    nobody = Subject(frozenset(), frozenset())
    children = [entry.subject for entry in entries if entry.scope == CHILD]
    rows = subjects_of_children(children) if children else {}
    for entry in entries:
        if entry.scope == CHILD:
            yield entry, rows.get(entry.subject, nobody)
        elif entry.scope == GUEST:
            email = guests.get(entry.subject)
            yield entry, Subject(frozenset(), frozenset({email} if email else ()))
        else:
            person = Person.objects.filter(pk=entry.subject).first()
            # Without the person's row, others can still name its id.
            yield entry, subject_of(person) if person else Subject(frozenset({entry.subject}), frozenset())


def _addresses() -> set[str]:
    """Every address by which a row can belong to somebody without an account."""
    found: set[str] = set()
    for table in data_map.load().tables.values():
        if table.email and "." not in table.email:
            rows = model_of(table)._default_manager.annotate(address_of_somebody=Lower(table.email))
            found.update(rows.values_list("address_of_somebody", flat=True).distinct())
    return found - {""}
