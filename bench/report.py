"""The figures as tables: printed, and written to `var/bench/report.md`."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from .house import Load


@dataclass
class Report:
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Sequence[str]] = field(default_factory=list)

    def row(self, name: str, load: Load) -> None:
        parts = [
            f"{word} {load.cpu[word]:.1f}" for word in ("web", "worker", "postgres") if load.cpu.get(word, 0) >= 0.05
        ]
        self._row(
            name,
            f"{load.per_second:,.0f}",
            f"{load.p50 * 1000:.1f}",
            f"{load.p95 * 1000:.1f}",
            "–" if load.queries is None else f"{load.queries:.0f}",
            f"{load.ours:.2f}",
            " · ".join(parts),
        )

    def plain(self, name: str, cpu: float, parts: str, *, per_second: str = "–", queries: str = "–") -> None:
        self._row(name, per_second, "–", "–", queries, f"{cpu:.2f}", parts)

    def goal(self, what: str, goal: str, found: str, reached: bool) -> None:
        line = (what, goal, found, "yes" if reached else "**no**")
        self.goals.append(line)
        print(f"    {what}: {found} (goal {goal}): {'yes' if reached else 'NO'}", flush=True)

    def text(self) -> str:
        head = ("operation", "per second", "p50 ms", "p95 ms", "SQL", "CPU ms", "of which")
        return "\n".join(
            [
                f"# Speed, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
                "",
                machine(),
                "",
                *table(head, self.rows, right=range(1, 6)),
                "",
                *table(("goal", "to reach", "found", "reached"), self.goals),
                "",
            ]
        )

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text())

    def _row(self, *cells: str) -> None:
        self.rows.append(cells)
        print("  " + " | ".join(cells), flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    rule = ["---:" if column in right else "---" for column in range(len(head))]
    return ["| " + " | ".join(line) + " |" for line in (head, rule, *rows)]


def machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    words = [
        f"{os.cpu_count()} cores ({model})",
        f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        f"load {os.getloadavg()[0]:.1f} at the end",
        f"Python {platform.python_version()}",
        f"Django {version('django')}",
        f"psycopg {version('psycopg')}",
        f"granian {version('granian')}, one worker with four threads",
        f"commit {head.stdout.strip()}",
    ]
    return " · ".join(words)
