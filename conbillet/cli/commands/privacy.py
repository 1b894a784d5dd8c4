"""What the operator can do about people's data, one task each; `conbillet privacy TASK --help` tells more."""

import argparse

from conbillet.cli import privacy
from conbillet.cli.tasks import add_tasks, run

HELP = "people's data: insight, deletion, the search for what is left"

__all__ = ["HELP", "add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_tasks(parser, privacy)
