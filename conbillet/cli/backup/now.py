"""Stores what has changed: the database's log up to this moment, the uploaded files, the ledgers and the keys; and, when there
is none yet or one is asked for, a base backup. The first call makes the repositories and their passwords.

Exit codes: 0 done, 1 something failed (it says what; the desk shows it too)."""

import argparse

HELP = "back up now"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", action="store_true", help="take a base backup too (the first time: always)")
    parser.add_argument("--dump", action="store_true", help="take the weekly dump too, sealed with age")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready(as_owner=True) as database:
        from conbillet.backups.places import places
        from conbillet.backups.stores import BASE, one_at_a_time, stores
        from conbillet.cli import backups
        from conbillet.cli.progress import say
        from conbillet.core import clock
        from conbillet.workflows.replay import record

        found = places()
        with one_at_a_time(found):
            server = backups.server_of(database.owner_url)
            opened = stores(found, create=True, say=say)
            record(now=clock.now())
            if args.base or not opened.main.snapshots(BASE):
                backups.base_now(opened, server, say=say)
                say("the base backup is stored")
            until = backups.push_now(opened, server, say=say)
            say(f"stored: whatever happened until {until:%Y-%m-%d %H:%M:%S} UTC can be restored")
            backups.keys_now(opened)
            say(f"the keys are stored in {found.keys_repository}")
            if args.dump:
                say(f"the dump {backups.dump_now(opened, server)} is stored")
    return 0
