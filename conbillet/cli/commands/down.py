"""Asks the supervisor of CONBILLET_DATA to stop and waits until it has."""

import argparse
import signal
import sys

HELP = "stop the running demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from conbillet.cli import environment, processes

    data = environment.data_folder()
    demo = environment.running_demo(data)
    if demo is None:
        print(f"Nothing runs in {data}.")
        return 0
    processes.send([demo["supervisor"]["pid"]], signal.SIGTERM)
    if not processes.wait_until(lambda: environment.running_demo(data) is None, seconds=10):
        print("The supervisor does not stop.", file=sys.stderr)
        return 1
    return 0
