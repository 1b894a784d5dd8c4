"""What the operator can do about people's data, one task each; `conbillet privacy TASK --help` tells more."""

import argparse
import importlib
import pkgutil

from conbillet.cli import privacy

HELP = "people's data: insight, deletion, the search for what is left"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    for name in sorted(module.name for module in pkgutil.iter_modules(privacy.__path__)):
        module = importlib.import_module(f"{privacy.__name__}.{name}")
        task = tasks.add_parser(name, help=module.HELP, description=f"{module.HELP}.\n{module.__doc__ or ''}")
        task.formatter_class = argparse.RawDescriptionHelpFormatter
        module.add_arguments(task)
        task.set_defaults(run_task=module.run)


def run(args: argparse.Namespace) -> int:
    return int(args.run_task(args))
