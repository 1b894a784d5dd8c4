"""All tests in two processes, for the two cores of a small machine: `python -m tests.side_by_side [what pytest takes]`.

Both collect everything. One works from the front of the list, the other from its end, where the browser's tests stand;
each claims the next file before it runs it, so they meet wherever they meet and no test is run twice. They share one
PostgreSQL and have a database and a data folder each. The last line sums up both in pytest's words.

This file is also the plugin of the two processes: what stands above `main` runs in them.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
FRONT, BACK = "1", "2"
PART, CLAIMS = "CONBILLET_TEST_PART", "CONBILLET_TEST_CLAIMS"
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "error")


def part() -> str:
    """Which of the two processes this is; empty where there is only one."""
    return os.environ.get(PART, "")


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Whatever only one of the processes may do at a time."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def both_say(what: str, mine: dict[str, list[str]]) -> list[dict[str, list[str]]]:
    """Leave `mine` for the other process. Whoever comes second gets both, the first one nothing; one alone its own."""
    if not part():
        return [mine]
    folder = Path(os.environ[CLAIMS])
    with alone(folder / "lock"):
        (folder / f"{what}.{part()}.json").write_text(json.dumps(mine))
        said = sorted(folder.glob(f"{what}.?.json"))
        return [json.loads(file.read_text()) for file in said] if len(said) == 2 else []


def files(items: list[pytest.Item]) -> list[list[pytest.Item]]:
    """The list, cut where the file changes."""
    return [list(group) for _path, group in groupby(items, key=lambda item: item.path)]


def claimed(groups: list[list[pytest.Item]], folder: Path, mine: str) -> Iterator[list[pytest.Item]]:
    """The files that this process is the first to claim. The browser's are the back one's: one house, one browser."""
    numbered = list(enumerate(groups))
    for number, group in numbered if mine == FRONT else reversed(numbered):
        if (folder / "stop").exists():
            return
        if mine == FRONT and in_browser(group[0]):
            continue
        try:
            (folder / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield group


def in_browser(item: pytest.Item) -> bool:
    return "browser" in item.path.parts


def in_turn(claims: Iterator[list[pytest.Item]]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Each test with the one that follows it. After the browser's nothing follows: the house and the browser end there."""
    group = next(claims, None)
    while group is not None:
        following = next(claims, None)
        ends = following is None or (in_browser(group[0]) and not in_browser(following[0]))
        yield from zip(group, [*group[1:], None if ends else following[0]], strict=True)  # type: ignore[index]  # there by then
        group = following


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own loop, over what this process claims."""
    if not part() or session.config.option.collectonly or session.testsfailed:
        return None
    folder, ran = Path(os.environ[CLAIMS]), 0
    for item, following in in_turn(claimed(files(session.items), folder, part())):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        ran += 1
        if session.shouldfail or session.shouldstop:
            (folder / "stop").touch()
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            raise session.Interrupted(session.shouldstop)
    (folder / f"ran.{part()}.json").write_text(json.dumps([len(session.items), ran]))
    return True


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if part():
        counts = {word: len(terminalreporter.stats.get(word, [])) for word in WORDS}
        (Path(os.environ[CLAIMS]) / f"counts.{part()}.json").write_text(json.dumps(counts))


# --- the program that starts the two ---------------------------------------------------------------------------------


def main() -> int:
    """Start the PostgreSQL that both find running, and run them."""
    from conbillet.cli.embedded_postgres import EmbeddedPostgres

    data = Path(os.environ.setdefault("CONBILLET_TEST_DATA", str(CHECKOUT / "var" / "test"))).resolve()
    with EmbeddedPostgres(data / "postgres", durable=False):
        return run(sys.argv[1:])


def run(arguments: list[str]) -> int:
    """Run both, say what they said, one after the other; the exit code is the worse of theirs."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-p", "tests.side_by_side", "-o", "console_output_style=classic", *arguments]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        front, back = (
            subprocess.Popen(command, env={**os.environ, PART: number, CLAIMS: folder}, stdout=output, stderr=output)
            for number, output in ((FRONT, None), (BACK, said))
        )
        code = max(_wait(front), _wait(back))
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        complaints = [] if code else left_out(Path(folder))
        print(*complaints, summary(Path(folder), time.monotonic() - begun), sep="\n", flush=True)
    return 1 if complaints else code


def _wait(process: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            return abs(process.wait())  # negative where a signal ended it
        except KeyboardInterrupt:  # they got it too, and end by themselves
            continue


def left_out(claims: Path) -> list[str]:
    """What makes a green run red: tests that neither process has run."""
    said = [json.loads(file.read_text()) for file in sorted(claims.glob("ran.?.json"))]
    if len(said) == 2 and said[0][0] == said[1][0] == said[0][1] + said[1][1]:
        return []
    return [f"error: not every test was run, but {', '.join(f'{ran} of {all}' for all, ran in said) or 'none'}"]


def summary(claims: Path, seconds: float) -> str:
    """The counts of both, as pytest writes them."""
    both = [json.loads(file.read_text()) for file in sorted(claims.glob("counts.?.json"))]
    counts = {word: sum(one[word] for one in both) for word in WORDS}
    counts["deselected"] = max((one["deselected"] for one in both), default=0)  # both have left out the same
    said = [f"{number} {word}" for word, number in counts.items() if number] or ["no tests ran"]
    return f"{', '.join(said)} in {seconds:.2f}s ({int(seconds) // 60}:{int(seconds) % 60:02})"


if __name__ == "__main__":
    sys.exit(main())
