"""`make bench-privacy` (or `python -m bench.privacy`): every figure about people's data, one after the other.

`--write` puts the figures into docs/privacy/figures.md. `--only NAME` runs one of them. Exit code 1 when a goal is missed.
"""

import argparse
import importlib.util
import os
import platform
import subprocess
import sys

from .databases import CHECKOUT

FIGURES = CHECKOUT / "docs" / "privacy" / "figures.md"
# name: (what is measured, the goal, module and its arguments)
PARTS = {
    "mutations": ("Falsified declarations that a check notices", "all of them", ["bench.privacy_mutations"]),
    "checks": ("The checks of the data map and of the policy", "5 s", ["bench.privacy_mutations", "--only-checks"]),
    "export": ("The list of who comes, as a file, for 20,000 people", "1.5 s CPU, 100 MB", ["bench.privacy_export"]),
    "insight": ("A package of insight, for somebody with 50 orders", "2 s", ["bench.privacy_insight"]),
    "erasure": ("Deleting somebody, and searching for what is left", "1 s, 60 s", ["bench.privacy_erasure"]),
}
HEAD = """# Figures about people's data

Measured by `make bench-privacy ARGS=--write` on {machine}, {cores} cores shared with other work, Python {python}. Times on such a machine
are up to twice what an idle one needs. How a falsified declaration is noticed: [README](README.md#who-watches-the-declarations).
"""


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m bench.privacy", description=__doc__)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--only", choices=list(PARTS), action="append")
    args = arguments.parse_args()
    failed, told = 0, []
    for name in args.only or PARTS:
        title, goal, (module, *rest) = PARTS[name]
        if importlib.util.find_spec(module) is None:
            print(f"{title}: there is no {module} yet", flush=True)
            continue
        print(f"\n{title} (goal: {goal})", flush=True)
        answer = subprocess.run(
            [sys.executable, "-m", module, *rest],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(answer.stdout, end="", flush=True)
        failed += answer.returncode != 0
        told.append(
            f"## {title}\n\nGoal: {goal}.{'' if answer.returncode == 0 else ' **Missed.**'}\n\n```\n{answer.stdout.strip()}\n```\n"
        )
    if args.write:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        FIGURES.write_text("\n".join([HEAD.format(**machine), *told]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
