"""Commands that have tasks of their own (`conbillet members import`): one module a task, found in a package."""

import argparse
import importlib
import pkgutil
from types import ModuleType


def add_tasks(parser: argparse.ArgumentParser, package: ModuleType) -> None:
    """A subcommand for each module of the package; its HELP, docstring, `add_arguments` and `run` make it."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"{package.__name__}.{name}")
        task = tasks.add_parser(
            name.strip("_"), help=module.HELP, description=f"{module.HELP}.\n{module.__doc__ or ''}"
        )
        task.formatter_class = argparse.RawDescriptionHelpFormatter
        module.add_arguments(task)
        task.set_defaults(run_task=module.run)


def run(args: argparse.Namespace) -> int:
    """Run the chosen task."""
    return int(args.run_task(args))
