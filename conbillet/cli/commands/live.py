"""The live endpoint alone: Server-Sent Events on CONBILLET_PORT + 1. In production the proxy sends /live/ there."""

import argparse

HELP = "run the live endpoint alone (production)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from conbillet.cli import services

    return services.become(services.live, port=lambda at: at.live)
