"""`conbillet translations`: compile the catalogues, check them, or add an app's missing texts."""

import argparse
import sys
from pathlib import Path

from conbillet.cli.translations import CATALOGUE, add_missing, compile_all, problems

HELP = "compile, check or extend the Danish translations"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    tasks.add_parser("compile", help="compile the catalogues that have changed")
    tasks.add_parser("check", help="fail when a text is untranslated, fuzzy, unused or has other placeholders")
    extract = tasks.add_parser("extract", help="add an app's missing texts to its catalogue")
    extract.add_argument("app", metavar="APP", type=Path, help="the app's folder, for example conbillet/web/shop")


def run(args: argparse.Namespace) -> int:
    if args.task == "compile":
        print(f"{len(compile_all())} catalogues compiled")
    elif args.task == "check":
        found = problems()
        for sentence in found:
            print(sentence, file=sys.stderr)
        print(f"{len(found)} problems in the translations")
        return 1 if found else 0
    else:
        app = args.app.resolve()
        if not app.is_dir():
            print(f"{args.app} is not a folder; give an app's, for example conbillet/web/shop", file=sys.stderr)
            return 2
        print(f"{len(add_missing(app))} texts added to {args.app / CATALOGUE}")
    return 0
