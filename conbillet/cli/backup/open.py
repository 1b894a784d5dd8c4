"""Goes on where a restore stopped: replays what was erased, withdrawn, made invalid and paid since the restored moment, looks
for whatever is left of those who were erased, and opens the database. With the ledger or Stripe out of reach it stays closed.

For a database of one's own: DATABASE_OWNER_URL; for a folder that `restore` has filled: --folder."""

import argparse
from contextlib import suppress
from pathlib import Path

HELP = "open a restored database, once the promises are kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="what `restore --into` has filled")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import DATABASE, django_ready, settings_ready

    if args.folder is None:
        with django_ready(as_owner=True) as database:
            _open(database.owner_url, None)
        return 0
    with settings_ready():
        from conbillet.cli import restoring
        from conbillet.cli.embedded_postgres import EmbeddedPostgres

        folder = args.folder.resolve()
        with EmbeddedPostgres(folder / "postgres", log=folder / "logs" / "postgres.log", restoring=True) as cluster:
            url = cluster.dsn(DATABASE)
            with suppress(StopIteration):
                url = cluster.dsn(next(iter(restoring.databases(cluster.dsn()))))
            restoring.work_on(url)
            _open(url, cluster.data_dir)
    return 0


def _open(url: str, cluster: Path | None) -> None:
    from conbillet.backups.places import places
    from conbillet.backups.stores import stores
    from conbillet.cli import restoring
    from conbillet.cli.progress import say

    restoring.open_database(url, stores(places()), cluster=cluster, say=say)
