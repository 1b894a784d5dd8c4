"""`bin/conbillet` and `bin/set-up`: quick when there is nothing to do, and one clear sentence when it cannot be done."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout with nothing set up, and a PATH that holds only what the shell itself needs."""
    shutil.copytree(CHECKOUT / "bin", tmp_path / "checkout" / "bin")
    for lock in CHECKOUT.glob("requirements*.txt"):
        shutil.copy(lock, tmp_path / "checkout")
    (tmp_path / "path").mkdir()
    for name in ("sh", "cmp", "readlink", "cat", "rm", "id", "flock", "cp"):
        (tmp_path / "path" / name).symlink_to(shutil.which(name) or "")
    return tmp_path


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "path" / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def conbillet(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [machine / "checkout" / "bin" / "set-up", "requirements.txt"],
        env={"PATH": str(machine / "path"), "HOME": ""},
        capture_output=True,
        text=True,
    )


def test_without_python_it_says_what_to_install(machine: Path):
    program(machine, "python3", "exit 1")  # an old one: it fails the question for its version
    shutil.copy(machine / "path" / "python3", machine / "path" / "python3.11")
    script = machine / "checkout" / "bin" / "set-up"
    script.write_text(script.read_text().replace(" /usr/bin/python3;", ";"))
    answer = conbillet(machine)
    assert answer.returncode == 1
    assert answer.stderr == (
        "conbillet: Python 3.11 or newer is needed. Install the package python3 (Debian 12 and Ubuntu 24.04 bring it).\n"
    )


def test_without_venv_somebody_who_is_not_root_is_told_whom_to_ask(machine: Path):
    program(machine, "python3", 'case "$*" in *ensurepip*) exit 1;; *realpath*) echo python3;; *%d*) echo 3.11;; esac')
    program(machine, "id", "echo 1000")
    answer = conbillet(machine)
    assert answer.returncode == 1
    assert "ask an administrator to install the package python3-venv (python3.11-venv)" in answer.stderr


def test_without_venv_root_installs_the_package(machine: Path):
    program(machine, "python3", 'case "$*" in *ensurepip*) exit 1;; *realpath*) echo python3;; *%d*) echo 3.11;; esac')
    program(machine, "id", "echo 0")
    program(machine, "apt-get", f'echo "$*" >>{machine}/apt; exit 1')
    answer = conbillet(machine)
    assert (machine / "apt").read_text().splitlines() == ["install -y -qq python3.11-venv", "update -qq"]
    assert "The package python3-venv could not be installed" in answer.stderr


def test_nothing_to_do_is_quick_and_needs_no_home():
    started = time.monotonic()
    answer = subprocess.run(
        [CHECKOUT / "bin" / "conbillet", "help"],
        env={"PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert "doctor" in answer.stdout
    assert answer.stderr == ""
    assert time.monotonic() - started < 5  # no set-up in between


def test_a_link_to_it_works_from_anywhere(tmp_path: Path):
    (tmp_path / "conbillet").symlink_to(CHECKOUT / "bin" / "conbillet")
    answer = subprocess.run([tmp_path / "conbillet", "serve", "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert "production" in answer.stdout


def test_an_unknown_command_is_said_with_the_list():
    answer = subprocess.run([CHECKOUT / "bin" / "conbillet", "sevre"], capture_output=True, text=True)
    assert answer.returncode == 2
    assert "no command 'sevre'" in answer.stderr
    assert "migrate" in answer.stderr


def test_lock_files_name_no_addresses_and_hash_everything():
    for lock in CHECKOUT.glob("requirements*.txt"):
        text = lock.read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
