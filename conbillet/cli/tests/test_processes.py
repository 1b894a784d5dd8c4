"""The leash: a child ends with its program, however that program ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conbillet.cli import environment, processes
from conbillet.cli.processes import FolderLock, alive, wait_until

CHECKOUT = Path(__file__).resolve().parents[3]
LEASHED = "child = processes.start_leashed(['sleep', '60'])"
LOOSE = "child = subprocess.Popen(['sleep', '60'], start_new_session=True)"


def child_of_a_killed_program(start: str) -> int:
    """Run a program that starts a child, kill the program with kill -9, and give back the child's number."""
    code = f"import subprocess, time\nfrom conbillet.cli import processes\n{start}\nprint(child.pid, flush=True)\ntime.sleep(60)"
    program = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    assert alive(pid)
    assert wait_until(lambda: b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes(), seconds=5)
    program.kill()
    program.wait()
    return pid


def test_a_leashed_child_ends_when_its_program_is_killed():
    pid = child_of_a_killed_program(LEASHED)
    assert wait_until(lambda: not alive(pid), seconds=5)


def test_planted_bug_a_child_without_a_leash_would_be_caught():
    pid = child_of_a_killed_program(LOOSE)
    try:
        assert not wait_until(lambda: not alive(pid), seconds=0.5)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_a_child_whose_parent_is_already_gone_does_not_start(tmp_path: Path):
    leash = CHECKOUT / "conbillet" / "config" / "leash.py"
    command = [sys.executable, "-I", "-S", str(leash), "--parent", "1", "--", "touch", str(tmp_path / "started")]
    assert subprocess.run(command).returncode == 1
    assert not (tmp_path / "started").exists()


def test_finds_what_a_supervisor_started_by_the_mark_in_its_environment(tmp_path: Path):
    marked = {**os.environ, processes.MARK: str(tmp_path)}
    child = subprocess.Popen(["sleep", "60"], env=marked)
    other = subprocess.Popen(["sleep", "60"], env={**marked, processes.MARK: str(tmp_path) + "-other"})
    try:
        assert wait_until(lambda: processes.supervised_by(tmp_path) == [child.pid], seconds=5)
        processes.end_all([child.pid], seconds=2)
        assert child.wait(5) == -signal.SIGTERM
    finally:
        other.kill()
        other.wait()


def test_end_all_does_not_wait_for_the_deaf():
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    deaf = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True)
    assert deaf.stdout is not None
    assert deaf.stdout.readline() == "ready\n"
    processes.end_all([deaf.pid], seconds=0.3)
    assert deaf.wait(2) == -signal.SIGKILL


def test_a_lock_is_free_when_its_holder_is_killed(tmp_path: Path):
    code = (
        "import time; from pathlib import Path; from conbillet.cli.processes import FolderLock\n"
        f"lock = FolderLock(Path({str(tmp_path / 'lock')!r})); print(lock.take(), flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    lock = FolderLock(tmp_path / "lock")
    assert not lock.take()
    holder.kill()
    holder.wait()
    assert lock.take()
    lock.free()


def test_a_run_file_of_a_dead_supervisor_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONBILLET_SECRET_KEY", "k")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    at = environment.Ports(8000)
    environment.write_run_file(tmp_path, at, environment.demo_environment(tmp_path, at), {"web": 1})
    found = environment.running_demo(tmp_path)
    assert found is not None
    assert found["web"] == "http://localhost:8000"
    # The number has been given to another process since: it started at another time.
    monkeypatch.setattr(environment, "start_time", lambda pid: found["supervisor"]["start_time"] + 1)
    assert environment.running_demo(tmp_path) is None


def test_a_wrong_port_is_said_clearly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONBILLET_PORT", "70000")
    with pytest.raises(environment.WrongEnvironment, match="CONBILLET_PORT"):
        environment.ports()
