"""Deletes whoever has an address, with an account or without. Shows every effect first; on a terminal it then asks, without
one it goes on. Make sure first that the address is theirs. `--replay` does again what the erasure ledger says, after a
crash or a restore.

Exit codes: 0 done (or shown, with --preview), 1 cannot be done now, 2 wrong use, 3 nothing is stored about that address,
so nothing was deleted."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HELP = "delete a person, or replay the erasure ledger"
NOTHING = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="the person's address, proven to be theirs")
    who.add_argument("--replay", action="store_true", help="erase again whoever the ledger names (after a restore)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--preview", action="store_true", help="only show what would happen")
    how.add_argument("--yes", action="store_true", help="do not ask, on a terminal either")
    parser.add_argument("--void-tickets", action="store_true", help="make the person's live tickets invalid")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the receipt (or the preview) there as JSON")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.core import clock

        return _replay(clock.now(), args) if args.replay else _erase(clock.now(), args)


def _erase(now: Any, args: argparse.Namespace) -> int:
    from conbillet.privacy.erasure.erase import CannotErase
    from conbillet.privacy.erasure.summary import lines_of
    from conbillet.privacy.reach import guest
    from conbillet.workflows.erasure import erase_by_command, preview_erasure

    preview = preview_erasure(subject=guest(args.email), now=now)
    if preview.plan.is_empty:
        print("nothing is stored about that address, so there is nothing to delete")
        return NOTHING
    for organization in preview.told:
        print(f"  {organization.name} is told")
    for order in preview.unpaid:
        print(f"  the unpaid order {order.reference} is cancelled")
    if preview.live_tickets:
        print(f"  {len(preview.live_tickets)} tickets {'become invalid' if args.void_tickets else 'stay valid, without a name'}")  # fmt: skip
    report = _shown(preview.plan.lines, preview.backups_until)
    if preview.refusal:
        print(f"conbillet: {preview.refusal}", file=sys.stderr)
        return 1
    if args.preview:
        _write(args.output, report)
        print("nothing was changed")
        return 0
    if not _agreed(args, "Delete all of this now?"):
        return 1
    try:
        erasure = erase_by_command(email=args.email, now=now, void_tickets=args.void_tickets)
    except CannotErase as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
    # What is told is what was written down, not what was meant to be done.
    report = _report(lines_of(erasure), erasure.backups_until)
    _write(args.output, {"receipt": erasure.reference, "erased_at": erasure.erased_at.isoformat(), **report})
    print(f"done; receipt {erasure.reference}")
    return 0


def _replay(now: Any, args: argparse.Namespace) -> int:
    from conbillet.core.erasure_ledger import LedgerBroken
    from conbillet.privacy.erasure.replay import replay_ledger, waiting

    try:
        print(f"{len(waiting(now=now))} erasures of the ledger are not done in this database")
        if args.preview:
            return 0
        if not _agreed(args, "Do them now?"):
            return 1
        print(f"{len(replay_ledger(now=now))} erasures done again")
    except LedgerBroken as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
    return 0


def _agreed(args: argparse.Namespace, question: str) -> bool:
    if args.yes or not sys.stdin.isatty():
        return True
    if input(f"{question} It cannot be undone. Type yes: ").strip().lower() == "yes":
        return True
    print("nothing was changed")
    return False


def _shown(lines: Any, backups_until: Any) -> dict[str, Any]:
    report = _report(lines, backups_until)
    for row in report["lines"]:
        kept = f", {row['law']}, until {row['until']}" if "until" in row else ""
        parts = f": {', '.join(row['parts'])}" if row["parts"] else ""
        print(f"  {row['holder']}: {row['what']} ({row['count']}){parts}: {row['outcome']}{kept}")
    print(f"  backups hold it until {backups_until} at the latest")
    return report


def _report(lines: Any, backups_until: Any) -> dict[str, Any]:
    from django.utils import translation

    from conbillet.privacy.erasure.summary import summary

    with translation.override("en"):  # the operator's commands speak English; mails keep their reader's language
        holders = summary(lines)
    found = [
        {
            "holder": holder.name or "ConBillet",
            "what": row.thing,
            "parts": row.parts,
            "outcome": row.outcome,
            "count": row.count,
            **({"law": row.law, "until": row.until.isoformat()} if row.until else {}),
        }
        for holder in holders
        for row in [*holder.gone, *holder.kept]
    ]
    return {"backups_until": backups_until.isoformat(), "lines": found}


def _write(output: Path | None, report: dict[str, Any]) -> None:
    if output is not None:
        output.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
