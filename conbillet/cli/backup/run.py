"""Does all of it by the clock, until it is stopped: the log every five minutes, keys every hour, a base backup every day, the
dump and the drill every week, a look whether all is whole and the removal of what is old every day. One for an installation,
beside `worker`; a run that fails is told on the desk and tried again at the next round."""

import argparse

HELP = "keep backups up to date (production)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is due now, and end (for a timer)")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready(as_owner=True) as database:
        from conbillet.cli.backup_rounds import rounds

        return rounds(database.owner_url, once=args.once)
