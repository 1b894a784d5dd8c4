"""After a full run of the tests: every clause of the policy has a proving test that passed, or the run ends in red.

Which tests prove what is read from the test files (`tools/proofs.py`). What passed is written to `proofs.json` beside the
tests' data. A run of some of the tests is left alone.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.side_by_side import both_say
from tools.proofs import CHECKOUT, Proofs, clauses_of, collect, test_files

_passed: set[str] = set()
_failed: set[str] = set()


def plain(nodeid: str) -> str:
    """A test's name without its parameters."""
    return nodeid.split("[", 1)[0]


def without_proof(clauses: Iterable[str], pending: set[str], proofs: Proofs, passed: set[str]) -> list[str]:
    """The clauses of which no proving test has passed."""
    return [id for id in clauses if id not in pending and not passed & set(proofs.get(id, []))]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _failed.add(plain(report.nodeid))
    elif report.when == "call" and report.passed:
        _passed.add(plain(report.nodeid))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test of which one case failed has not passed."""
    if not _is_full(session):
        return
    runs = both_say("proofs", {"passed": sorted(_passed), "failed": sorted(_failed)})
    if not runs:  # the other process is still at it, and will see
        return
    from conbillet.consents.queries import texts

    proofs, library = collect(), texts()
    passed = {name for run in runs for name in run["passed"]} - {name for run in runs for name in run["failed"]}
    missing = without_proof(clauses_of(library), set(library.pending), proofs, passed)
    record = {id: sorted(passed & set(tests)) for id, tests in sorted(proofs.items())}
    folder = Path(os.environ["CONBILLET_DATA"]).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proofs.json").write_text(json.dumps({"without proof": missing, "passed": record}, indent=1))
    if missing:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"clauses of the policy without a proof that passed: {', '.join(missing)}", red=True)
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def _is_full(session: pytest.Session) -> bool:
    """Whether every test file of the house took part, and no test was left out by name or mark."""
    options = session.config.option
    if options.keyword or options.markexpr or options.collectonly or getattr(options, "maxfail", 0):
        return False
    return {item.path for item in session.items} >= set(test_files(CHECKOUT))
