"""`bin/conbillet COMMAND`: finds the command's file in `commands/` and runs it.

Only the chosen command's module is imported, so that a small one starts fast.
"""

import argparse
import importlib
import pkgutil
import sys
from types import ModuleType

from conbillet.cli import commands
from conbillet.cli.progress import plain

ORDER = ("up", "serve", "worker", "live", "migrate", "doctor", "manage", "shell")


def names() -> list[str]:
    """The commands: the main ones first, the others by name."""
    found = sorted(module.name for module in pkgutil.iter_modules(commands.__path__) if not module.name.startswith("_"))
    return [name for name in ORDER if name in found] + [name for name in found if name not in ORDER]


def load(name: str) -> ModuleType:
    return importlib.import_module(f"{commands.__name__}.{name.replace('-', '_')}")


def overview() -> str:
    lines = [f"  {name.replace('_', '-'):<12} {load(name).HELP}" for name in names()]
    return "\n".join(["usage: conbillet COMMAND [options]", "", *lines, "", "conbillet COMMAND --help tells more."])


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        plain(overview())
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    if name.replace("-", "_") not in names():
        print(f"conbillet: there is no command {name!r}.\n\n{overview()}", file=sys.stderr)
        return 2
    module = load(name)
    if getattr(module, "PASSES_ON", False):  # everything behind the name belongs to another program
        return int(module.run(argparse.Namespace(arguments=rest)))
    parser = argparse.ArgumentParser(prog=f"conbillet {name}", description=f"{module.HELP}.\n{module.__doc__ or ''}")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(rest)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
