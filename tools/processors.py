"""Makes a new list of sub-processors from the data map, announced today: `python -m tools.processors`.

Needed when a processor is added, taken away or gets something else. The list applies after the days that the agreement
promises; until then the new one may not be used. Nothing is written when the newest list says what the map says.
"""

import os
from pathlib import Path

POLICY = Path(__file__).resolve().parents[1] / "policy"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    os.environ.setdefault("CONBILLET_SECRET_KEY", "a key for documents only")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@/nothing?host=/nonexistent")
    import django

    from conbillet.cli.translations import compile_all

    compile_all()
    django.setup()
    from conbillet.consents.processors import DOCUMENT, NOTICE, of_map, read_lists, written
    from conbillet.core import clock
    from conbillet.core.data_map import data_map

    folder, today = POLICY / DOCUMENT, clock.copenhagen_day(clock.now())
    lists, declared = read_lists(folder), of_map(data_map.load())
    if lists and lists[-1].processors == declared:
        print("The newest list says what the data map says.")  # noqa: T201  a command's answer
        return
    folder.mkdir(exist_ok=True)
    path = folder / f"{today}.json"
    path.write_text(written(declared, effective_on=today + NOTICE if lists else today))
    newest = read_lists(folder)[-1]
    with (POLICY / "published.txt").open("a") as published:
        published.write(f"{DOCUMENT} {newest.name} {newest.text_hash}\n")
    print(f"policy/{DOCUMENT}/{path.name}: applies from {newest.effective_on}")  # noqa: T201  a command's answer


if __name__ == "__main__":
    main()
