"""Associations, one task each; `conbillet organizations TASK --help` tells more."""

import argparse

from conbillet.cli import organizations
from conbillet.cli.tasks import add_tasks, run

HELP = "associations: make an empty one"

__all__ = ["HELP", "add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_tasks(parser, organizations)
