"""Searches every column of every table, and every file of the installation, for values that should be gone: as they are,
in other cases and Unicode forms, escaped, in base64, as unsalted hashes. Prints where, never what. Exit code 1 when
something is found."""

import argparse
import sys
import time
from pathlib import Path

HELP = "search the whole installation for values that should be gone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--values",
        required=True,
        type=argparse.FileType("r"),
        metavar="FILE",
        help="one value a line; - reads them here",
    )
    parser.add_argument("--folder", action="append", type=Path, default=[], help="another folder to search, repeatable")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import data_folder, django_ready, keys_folder

    values = args.values.read().splitlines()
    began = time.monotonic()
    with django_ready(as_owner=True):
        from conbillet.privacy.residue import search

        folders = dict.fromkeys([data_folder(), keys_folder(), *(folder.resolve() for folder in args.folder)])
        try:
            hits = sorted(set(search(values, folders=folders)))
        except ValueError as reason:
            print(f"conbillet: {reason}", file=sys.stderr)
            return 2
    for hit in hits:
        print(hit)
    print(
        f"{len(hits)} places hold one of {len([v for v in values if v.strip()])} values ({time.monotonic() - began:.0f} s)"
    )
    return 1 if hits else 0
