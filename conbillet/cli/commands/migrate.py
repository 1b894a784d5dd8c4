"""Connects as the database's owner (DATABASE_OWNER_URL): compiles translations, applies migrations, sets roles, rights
and row-level security, collects static files. Run it at each new version, before the web server. Safe to repeat."""

import argparse
import sys

HELP = "bring database, rights, translations and static files in line with this version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="put in the demo data too, if it is not there")


def run(args: argparse.Namespace) -> int:
    from conbillet.backups.mark import NotOpen
    from conbillet.cli.preparation import prepare

    try:
        prepare(demo=args.demo)
    except NotOpen as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
    return 0
