"""Postcodes and municipalities, one task each; `conbillet postcodes TASK --help` tells more."""

import argparse

from conbillet.cli import postcodes
from conbillet.cli.tasks import add_tasks, run

HELP = "which municipalities a postcode lies in: import the official table, ask it"

__all__ = ["HELP", "add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_tasks(parser, postcodes)
