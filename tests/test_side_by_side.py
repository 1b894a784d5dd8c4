"""Two processes run every test once, and their common exit code and last line tell the truth."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import side_by_side
from tests.side_by_side import BACK, CHECKOUT, FRONT, claimed, in_turn, left_out, summary

FINE = "def test_one(): ...\n\n\ndef test_two(): ...\n"
RUN = "import sys; from tests.side_by_side import run; sys.exit(run(sys.argv[1:]))"


@pytest.fixture
def two(tmp_path):
    """`two({"a": text, …}, *arguments)`: run these files side by side; (exit code, last line)."""

    def run(files: dict[str, str], *arguments: str) -> tuple[int, str]:
        for name, text in files.items():
            (tmp_path / f"test_{name}.py").write_text(text)
        plain = ["-q", "-p", "no:django", "-p", "no:playwright", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), *arguments]
        done = subprocess.run(
            [sys.executable, "-c", RUN, *plain], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True
        )
        return done.returncode, done.stdout.strip().splitlines()[-1].split(" in ")[0]

    return run


def test_every_test_is_run_once(two):
    assert two(dict.fromkeys("abcde", FINE)) == (0, "10 passed")


def test_some_by_name(two):
    assert two({"a": FINE, "b": FINE}, "-k", "one") == (0, "2 passed, 2 deselected")
    assert two({}, "-k", "nothing") == (pytest.ExitCode.NO_TESTS_COLLECTED, "4 deselected")


@pytest.mark.parametrize("where", ["a", "c"])
def test_one_failure_at_either_end_is_red(two, where):
    files = dict.fromkeys("abc", FINE) | {where: "def test_it(): assert False\n"}
    assert two(files) == (1, "1 failed, 4 passed")


def test_an_error_while_collecting_is_red(two):
    code, said = two({"a": FINE, "b": "import nothing_of_the_kind\n"})
    assert code != 0 and "error" in said


def test_a_process_that_dies_is_red(two):
    code, _said = two({"a": FINE, "b": "import os\n\n\ndef test_it(): os._exit(0)\n"})
    assert code != 0


class One:
    def __init__(self, path: str) -> None:
        self.path = Path(path)


def turns(paths: str, folder: Path, mine: str) -> list[tuple[str, str | None]]:
    groups = [[One(path), One(path)] for path in paths.split()]
    return [(item.path.name, after and after.path.name) for item, after in in_turn(claimed(groups, folder, mine))]


def test_the_back_one_begins_with_the_browser_and_ends_it(tmp_path):
    found = turns("a b tests/browser/c", tmp_path, BACK)
    assert found == [("c", "c"), ("c", None), ("b", "b"), ("b", "a"), ("a", "a"), ("a", None)]
    assert turns("a b tests/browser/c", tmp_path, FRONT) == []


def test_the_browser_is_never_the_front_ones(tmp_path):
    assert [name for name, _after in turns("a tests/browser/b", tmp_path, FRONT)] == ["a", "a"]


def test_nothing_is_claimed_once_one_has_stopped(tmp_path):
    (tmp_path / "stop").touch()
    assert turns("a b", tmp_path, FRONT) == []


def test_a_test_left_out_is_noticed(tmp_path):
    for number, ran in ((FRONT, 3), (BACK, 2)):
        (tmp_path / f"ran.{number}.json").write_text(json.dumps([5, ran]))
    assert left_out(tmp_path) == []
    (tmp_path / f"ran.{BACK}.json").write_text(json.dumps([5, 1]))
    assert left_out(tmp_path) == ["error: not every test was run, but 3 of 5, 1 of 5"]


def test_the_last_line_is_in_pytests_words(tmp_path):
    for number, passed in ((FRONT, 1700), (BACK, 1800)):
        counts = dict.fromkeys(side_by_side.WORDS, 0) | {"passed": passed, "deselected": 7}
        (tmp_path / f"counts.{number}.json").write_text(json.dumps(counts))
    assert summary(tmp_path, 61.5) == "3500 passed, 7 deselected in 61.50s (1:01)"
