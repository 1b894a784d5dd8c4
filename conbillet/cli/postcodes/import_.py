"""The table has the columns postnr;by;kommunekode;kommune, one line for each pair of a postcode and a municipality, in UTF-8
or Windows-1252. It goes before the table that comes with the program, which knows one municipality of each postcode; where
it has several, people are asked which is theirs. Nothing is taken of a table with a problem. Running processes read it at
once. Exit code 1: the table was refused, and every reason is printed with its line."""

import argparse
import sys
from pathlib import Path

HELP = "take the official table of postcodes and municipalities"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--dry-run", action="store_true", help="say what is in it, and store nothing")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    if not args.file.is_file():
        print(f"conbillet: there is no file {args.file}", file=sys.stderr)
        return 1
    with django_ready():
        from conbillet.core.official_postcodes import BadTable, keep_official, read_official

        try:
            table = read_official(args.file.read_bytes())
        except BadTable as refusal:
            for problem in refusal.problems[:200]:
                print(problem, file=sys.stderr)
            print(f"conbillet: nothing was stored; {len(refusal.problems)} problems", file=sys.stderr)
            return 1
        if not args.dry_run:
            keep_official(table)
    print(
        f"{'would be ' if args.dry_run else ''}stored: {len(table.places)} postcodes, {table.ambiguous} in several municipalities"
    )
    return 0
