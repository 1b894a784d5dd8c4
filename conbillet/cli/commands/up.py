"""Starts PostgreSQL, migrations, demo data, fake Stripe, mail catcher, web server, job worker and live endpoint, and
keeps them running until Ctrl-C. The data stays in CONBILLET_DATA (default: var/ in the checkout) for the next time."""

import argparse
import os
import sys

HELP = "run the demo: everything under one supervisor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", help="the web's port; the four behind it are used too (CONBILLET_PORT, default 8000)")
    parser.add_argument("--empty", action="store_true", help="without demo data")
    parser.add_argument("--data", help="folder for all data (CONBILLET_DATA, default var/ in the checkout)")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli import environment, progress
    from conbillet.cli.supervisor import CannotRun, Supervisor

    if args.port:
        os.environ["CONBILLET_PORT"] = args.port
    if args.data:
        os.environ["CONBILLET_DATA"] = args.data
    progress.begin()
    try:
        return Supervisor(environment.data_folder(), environment.ports(), with_demo_data=not args.empty).run()
    except (CannotRun, environment.WrongEnvironment) as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
