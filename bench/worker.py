"""The house's job worker, but that mails wait: they are measured apart."""

import sys

from conbillet.cli.environment import django_ready


def main() -> None:
    with django_ready():
        from procrastinate.contrib.django import app

        from conbillet.cli.commands import worker
        from conbillet.config import jobs  # noqa: F401  the tasks are made when it is imported

        app.tasks["fact:mail_waiting"].func = lambda **_ids: None
        arguments = type("Arguments", (), {"concurrency": 2, "once": False})()
        sys.exit(worker.run(arguments))  # type: ignore[arg-type]


main()
