"""Prints what is stored about people, from the declarations alone: no database is needed. Without options a page of text;
`--format` for machines (`json`, `json-ld`) or for documents (`markdown`); `--document` for one of the documents that are
made from the map, such as the record of processing. `--check` says what is wrong with the map, and which files of this installation no declaration knows; 1 if anything."""

import argparse
import json
import os
import sys
from typing import Any

HELP = "print the map of personal data, or a document made from it"
DOCUMENTS = ("data-map", "record-of-processing", "agreement-annexes", "impact-assessment", "transfers", "what-is-asked")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=["text", "json", "json-ld", "markdown"], default="text")
    parser.add_argument("--document", choices=DOCUMENTS, help="that document, as Markdown")
    parser.add_argument("--language", choices=["da", "en"], default="da", help="of a document (the map is in English)")
    parser.add_argument("--check", action="store_true", help="run the checks of the map and of the policy")


def run(args: argparse.Namespace) -> int:
    try:
        return _run(args)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(args: argparse.Namespace) -> int:
    _django()
    from conbillet.core.data_map import data_map

    map_ = data_map.load()
    if args.check:
        return _check(map_)
    if args.document or args.format == "markdown":
        from conbillet.web.records.documents import document

        print(document(args.document or "data-map", args.language), end="")
    elif args.format == "json-ld":
        print(json.dumps(_json_ld(), ensure_ascii=False, indent=1))
    elif args.format == "json":
        from conbillet.web.records.machines import map_as_json

        print(json.dumps(map_as_json(map_), ensure_ascii=False, indent=1))
    else:
        _text(map_)
    return 0


def _django() -> None:
    """Django set up without a database: what is printed follows from the code and the settings."""
    from conbillet.cli.environment import data_folder, running_demo
    from conbillet.cli.translations import compile_all

    if (demo := running_demo(data_folder())) is not None:
        os.environ.update(demo["environment"])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@/nothing?host=/nonexistent")
    compile_all()
    import django

    django.setup()


def _check(map_: Any) -> int:
    from conbillet.cli.environment import data_folder, keys_folder
    from conbillet.consents import policy_checks
    from conbillet.consents.queries import texts
    from conbillet.core import checks
    from conbillet.privacy import activity_checks
    from conbillet.privacy.places import unknown_files

    found = [
        *checks.complaints(),
        *activity_checks.complaints(map_),
        *policy_checks.complaints(texts(), map_),
        *unknown_files(map_, data_folder(), keys_folder()),
    ]
    for complaint in found:
        print(complaint, file=sys.stderr)
    print(f"{len(map_.tables)} tables checked: {len(found) or 'no'} complaints")
    return 1 if found else 0


def _json_ld() -> dict[str, Any]:
    from django.conf import settings

    from conbillet.consents.policy_checks import newest
    from conbillet.consents.queries import texts
    from conbillet.web.site.json_ld import policy_as_json_ld

    return policy_as_json_ld(newest(texts()), base_url=settings.CONBILLET_BASE_URL)


def _text(map_: Any) -> None:
    """Category by category: under which clause, why, how long, who gets it, and in which columns."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for table in map_.tables.values():
        for column in table.columns.values():
            if column.category:
                found.setdefault(column.category, []).append((f"{table.name}.{column.name}", column))
    for category in sorted(found):
        columns = [column for _, column in found[category]]
        print(category.removeprefix("user.").replace("_", " ").upper())
        print(f"  told in    {_join(column.clause for column in columns)}")
        print(f"  why        {_join(f'{why} ({basis.article})' for c in columns for why, basis in c.purposes.items())}")
        print(f"  goes to    {_join(one for column in columns for one in sorted(column.recipients)) or 'nobody'}")
        print(f"  kept       {_join(column.keep.period for column in columns)}")
        print(f"  columns    {_join(name for name, _ in found[category])}\n")
    print("COOKIES    " + _join(f"{one.name}{f' ({one.party})' if one.party else ''}" for one in map_.cookies.values()))
    print("PROCESSORS " + _join(f"{one.name} ({one.country})" for one in map_.processors.values()))
    print("ELSEWHERE  " + _join(map_.streams))


def _join(parts: Any) -> str:
    return ", ".join(dict.fromkeys(str(part) for part in parts))
