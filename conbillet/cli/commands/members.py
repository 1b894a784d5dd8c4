"""An association's register, one task each; `conbillet members TASK --help` tells more."""

import argparse

from conbillet.cli import members
from conbillet.cli.tasks import add_tasks, run

HELP = "an association's register: import it, count it for a grant body"

__all__ = ["HELP", "add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_tasks(parser, members)
