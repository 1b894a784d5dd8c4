"""restic and age: as root on Debian and Ubuntu they are installed, anybody else is told how. `make test` begins with it."""

import argparse

HELP = "find the programs that backups need, or install them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.progress import say
    from conbillet.cli.system_packages import FOR_BACKUPS, obtain

    obtain(*FOR_BACKUPS, say=say)
    say("restic and age are here")
    return 0
