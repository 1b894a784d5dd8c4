"""A Python shell with Django set up, connected as the application's role; `--sql` opens psql instead."""

import argparse
import os
import subprocess

HELP = "open a Python shell, or psql, on the house"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sql", action="store_true", help="psql instead of Python")
    parser.add_argument("--owner", action="store_true", help="as the database's owner")
    parser.add_argument("-c", "--command", help="run this and leave")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import prepared

    with prepared(as_owner=args.owner):
        if args.sql:
            from conbillet.cli.postgres_binaries import find_binaries

            psql = find_binaries().program("psql")
            return subprocess.call([psql, os.environ["DATABASE_URL"], *(["-c", args.command] if args.command else [])])
        from django.core.management import execute_from_command_line

        execute_from_command_line(["conbillet", "shell", *(["-c", args.command] if args.command else [])])
    return 0
