"""Deletes whoever has an address, with an account or without: shows every effect first, and does it with --yes. Make sure
first that the address is theirs. `--replay` does again what the erasure ledger says, after a crash or a restore."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HELP = "delete a person (a preview unless --yes), or replay the erasure ledger"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="the person's address, proven to be theirs")
    who.add_argument("--replay", action="store_true", help="erase again whoever the ledger names (after a restore)")
    parser.add_argument("--yes", action="store_true", help="do it; without this, only show what would happen")
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
        print("nothing is stored about that address")
        return 0
    if not args.yes:
        _show(preview.plan.lines, preview.backups_until, args.output)
        print(preview.refusal or "nothing was changed; repeat with --yes to do it")
        return 0 if not preview.refusal else 1
    try:
        erasure = erase_by_command(email=args.email, now=now, void_tickets=args.void_tickets)
    except CannotErase as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
    _show(lines_of(erasure), erasure.backups_until, args.output, receipt=erasure.reference)
    print(f"done; receipt {erasure.reference}")
    return 0


def _replay(now: Any, args: argparse.Namespace) -> int:
    from conbillet.core.erasure_ledger import LedgerBroken
    from conbillet.privacy.erasure.replay import replay_ledger, waiting

    try:
        if not args.yes:
            print(
                f"{len(waiting())} erasures of the ledger are not done in this database; repeat with --yes to do them"
            )
            return 0
        print(f"{len(replay_ledger(now=now))} erasures done again")
    except LedgerBroken as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
    return 0


def _show(lines: Any, backups_until: Any, output: Path | None, *, receipt: str = "") -> None:
    from conbillet.privacy.erasure.summary import summary

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
    for row in found:
        kept = f", {row['law']}, until {row['until']}" if "until" in row else ""
        print(f"  {row['holder']}: {row['what']} ({row['count']}): {row['outcome']}{kept}")
    print(f"  backups hold it until {backups_until} at the latest")
    if output is not None:
        report = {"receipt": receipt, "backups_until": backups_until.isoformat(), "lines": found}
        output.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
