"""Prints the town and the municipalities of a postcode, as the house knows them at this moment."""

import argparse
import sys

HELP = "the municipalities of a postcode"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("postcode")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.core.postcodes import municipalities_for, municipality_name, town_for

        town = town_for(args.postcode)
        if town is None:
            print(f"conbillet: there is no postcode {args.postcode!r}", file=sys.stderr)
            return 1
        print(f"{args.postcode} {town}")
        for code in municipalities_for(args.postcode):
            print(f"  {code} {municipality_name(code)}")
    return 0
