"""`conbillet browser`: make sure that there is a browser for the tests, and print where it is."""

import argparse
import sys

from conbillet.cli.browsers import NoBrowser, find_or_obtain

HELP = "find or obtain the browser that the tests drive, and print its path"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="print the path only")


def run(args: argparse.Namespace) -> int:
    say = (lambda line: None) if args.quiet else (lambda line: print(line, file=sys.stderr))
    try:
        print(find_or_obtain(say=say).path)
    except NoBrowser as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0
