"""Brings a moment back into an empty folder, replays what was erased, withdrawn, made invalid and paid since, looks for
whatever is left of those who were erased, and only then opens it. Nothing of the running house is touched: when it is done, it
says how to put the folder in its place.

On a new machine bring the two passwords back first (docs/backups.md); `--keys` fetches the newest backup of the keys.

Exit codes: 0 restored and open, 1 not: what is there stays closed, and `conbillet backup open` goes on."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

HELP = "bring a moment back into an empty folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="an empty folder with enough room")
    parser.add_argument("--to", metavar="TIME", help='the moment, as "2026-11-28 14:00:00+01:00"; else the newest')
    parser.add_argument("--keys", action="store_true", help="fetch the keys too, into an empty keys folder")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import settings_ready

    with settings_ready():
        from conbillet.backups.places import places
        from conbillet.backups.restoring import fetch_keys
        from conbillet.backups.stores import one_at_a_time, stores
        from conbillet.cli import restoring
        from conbillet.cli.environment import DATABASE
        from conbillet.cli.progress import say

        found = places()
        with one_at_a_time(found):
            opened = stores(found)
            if args.keys:
                say(f"the keys are those of {fetch_keys(opened):%Y-%m-%d %H:%M} UTC")
            folder = args.into.resolve()
            cluster = restoring.restore(opened, folder, _moment(args.to), say=say)
            try:
                name = next(iter(restoring.databases(cluster.dsn())), DATABASE)
                restoring.work_on(cluster.dsn(name))
                restoring.open_database(cluster.dsn(name), opened, cluster=cluster.data_dir, say=say)
            finally:
                cluster.stop()
        say(f"restored in {folder}: stop the house, move {folder}/postgres and {folder}/media to where they belong")
        say("then take a base backup at once: `bin/conbillet backup now --base`")
    return 0


def _moment(text: str | None) -> Any:
    from conbillet.backups.places import BackupProblem

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BackupProblem(f"{text!r} is not a time: write it as 2026-11-28 14:00:00+01:00") from None
    return moment if moment.tzinfo else moment.astimezone()
