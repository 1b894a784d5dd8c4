"""Encrypted backups of the database, the uploaded files and the keys, and the way back; `conbillet backup TASK --help` tells
more. Where they go is set in the environment: docs/backups.md."""

import argparse
import sys

from conbillet.backups.places import BackupProblem
from conbillet.cli import backup, tasks
from conbillet.core.erasure_ledger import LedgerBroken

HELP = "back up, verify, restore, rehearse"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks.add_tasks(parser, backup)


def run(args: argparse.Namespace) -> int:
    try:
        return tasks.run(args)
    except (BackupProblem, LedgerBroken) as reason:
        print(f"conbillet: {reason}", file=sys.stderr)
        return 1
