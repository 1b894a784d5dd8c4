"""Searches every column of every table, every file of the installation and every seal that can be opened, for values that
should be gone: as they are, in other cases, Unicode forms and encodings, escaped, in base64, as unsalted hashes, inside
archives, PDFs, mails and sessions. Prints where, never what.

What lies outside ConBillet (in the demo: the mailboxes of the mail catcher, and the fake Stripe) is reported apart: nobody
can delete there.

Exit codes: 0 nothing is left in ConBillet, 1 something is, 2 the values cannot be searched for."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HELP = "search the whole installation for values that should be gone"
# The demo's stand-ins for the world outside, below the data folder.
OUTSIDE = ("mail_catcher", "fake_stripe", "logs/mail_catcher.log", "logs/fake_stripe.log")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--values", required=True, metavar="FILE", help="one value a line; - reads them here")
    parser.add_argument("--folder", action="append", type=Path, default=[], help="another folder to search, repeatable")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write what was found there as JSON, too")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import data_folder, django_ready, keys_folder

    try:
        values = (sys.stdin if args.values == "-" else Path(args.values).open(encoding="utf-8")).read().splitlines()  # noqa: SIM115  closed with the process
    except (OSError, UnicodeDecodeError) as reason:
        return _cannot(f"the values cannot be read: {reason}")
    began, data = time.monotonic(), data_folder()
    with django_ready(as_owner=True):
        from conbillet.privacy.residue import Needles, search

        try:
            needles = Needles(values)
        except ValueError as reason:
            return _cannot(str(reason))
        if not needles.values:
            return _cannot("there is no value in it")
        apart = [data / name for name in OUTSIDE]
        asked = [] if args.values == "-" else [Path(args.values).resolve()]
        folders = _outermost([data, keys_folder(), *(folder.resolve() for folder in args.folder)])
        inside = sorted(set(search(needles, folders=folders, leave_out=[*apart, *asked])))
        outside = sorted(set(_outside(needles, data, apart)))
    for hit in inside:
        print(hit)
    if outside:
        print("outside ConBillet, where it cannot delete:")
        for hit in outside:
            print(f"  {hit}")
    seconds = time.monotonic() - began
    print(
        f"{len(inside)} places hold one of {len(needles.values)} values, and {len(outside)} outside ({seconds:.0f} s)"
    )
    if args.output is not None:
        report = {"found": [vars(hit) for hit in inside], "outside": [vars(hit) for hit in outside], "seconds": seconds}
        args.output.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if inside else 0


def _outside(needles: Any, data: Path, apart: Iterable[Path]) -> Iterable[Any]:
    from conbillet.privacy.residue import in_file, in_files

    for path in apart:
        found = in_files(needles, path) if path.is_dir() else in_file(needles, path, data)
        for hit in found:
            yield hit.below(path.relative_to(data)) if path.is_dir() else hit


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """Without those that lie below another one of them: nothing is told twice."""
    found = list(dict.fromkeys(folders))
    return [folder for folder in found if not any(other in folder.parents for other in found)]


def _cannot(reason: str) -> int:
    print(f"conbillet: {reason}", file=sys.stderr)
    return 2
