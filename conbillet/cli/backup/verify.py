"""Reads back what is stored: does our key open it, is anything missing, cut short or altered, has the log a gap? A seventh of
the contents each day of the week, or with --everything all of them.

Exit codes: 0 all is whole, 1 something is not."""

import argparse
import sys

HELP = "is what is stored whole?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--everything", action="store_true", help="read all contents, not a seventh")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import settings_ready

    with settings_ready():
        from conbillet.backups.places import places
        from conbillet.backups.stores import stores
        from conbillet.cli.backups import verify_now
        from conbillet.cli.progress import say

        troubles = verify_now(stores(places()), everything=args.everything, say=say)
        for trouble in troubles:
            print(f"conbillet: {trouble.what}", file=sys.stderr)
        if not troubles:
            say("all is whole")
    return 1 if troubles else 0
