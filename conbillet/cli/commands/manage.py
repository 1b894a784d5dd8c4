"""Django's own management commands, with the right environment: `conbillet manage makemigrations sales`."""

import argparse

HELP = "run one of Django's management commands"
PASSES_ON = True


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import prepared

    with prepared():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["conbillet manage", *args.arguments])
    return 0
