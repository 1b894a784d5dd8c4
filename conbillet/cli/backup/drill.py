"""Restores the newest backup into an empty place, replays the promises there, looks for whatever is left of those who were
erased, counts, and throws it all away. Stripe is not asked: it would take the rehearsal for the real house. What came of it
stands on the desk's page about health.

Exit codes: 0 it would have worked, 1 not."""

import argparse

HELP = "rehearse a restore in an empty place"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import settings_ready

    with settings_ready():
        from conbillet.backups.places import places
        from conbillet.backups.stores import stores
        from conbillet.cli.progress import say
        from conbillet.cli.restoring import drill

        found = drill(stores(places()), say=say)
        say(f"it works: {found.seconds} s, up to {found.until:%Y-%m-%d %H:%M:%S} UTC, {found.orders} orders")
    return 0
