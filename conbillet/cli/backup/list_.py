"""Lists what there is: base backups, until when the log reaches, weekly dumps, and the keys' backups."""

import argparse

HELP = "what can be restored"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import settings_ready

    with settings_ready():
        from conbillet.backups.bucket import Objects
        from conbillet.backups.places import places
        from conbillet.backups.stores import BASE, KEYS, PUSH, stores

        found = places()
        opened = stores(found)
        bases, pushes = opened.main.snapshots(BASE), opened.main.snapshots(PUSH)
        for base in bases:
            print(f"base   {base.until:%Y-%m-%d %H:%M:%S} UTC  PostgreSQL {base.marks['major']}  {base.id[:8]}")
        if bases and pushes:
            print(f"any second from {bases[0].until:%Y-%m-%d %H:%M:%S} to {pushes[-1].until:%Y-%m-%d %H:%M:%S} UTC")
        for name in Objects(found).names():
            print(f"dump   {name}")
        for keys in opened.keys.snapshots(KEYS):
            print(f"keys   {keys.until:%Y-%m-%d %H:%M:%S} UTC  {keys.id[:8]}")
    return 0
