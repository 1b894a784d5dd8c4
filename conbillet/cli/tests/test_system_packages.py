"""A machine without restic: told how, or as root given it."""

import shutil
import subprocess
from types import SimpleNamespace

import pytest

from conbillet.backups.places import BackupProblem
from conbillet.cli import system_packages
from conbillet.cli.system_packages import obtain


@pytest.fixture
def machine(monkeypatch):
    """Has apt-get and nothing else; `asked` is what was asked of it."""
    has, asked = {"apt-get"}, []

    def apt_get(command, **_):
        asked.append(command[1:])
        has.update(command[2:] if command[1] == "install" else ())
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(shutil, "which", lambda name: name if name in has else None)
    monkeypatch.setattr(subprocess, "run", apt_get)
    return SimpleNamespace(has=has, asked=asked)


def test_root_gets_what_is_missing(machine, monkeypatch):
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 0)
    machine.has.add("age")
    assert obtain("restic", "age") == ["restic"]
    assert machine.asked == [["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "restic"]]
    assert obtain("restic", "age") == []


def test_others_are_told_how(machine, monkeypatch):
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)
    with pytest.raises(BackupProblem, match="sudo apt-get install restic age"):
        obtain("restic", "age")
    assert machine.asked == []


def test_a_package_without_the_program_is_noticed(machine, monkeypatch):
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 0)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0, stderr=""))
    with pytest.raises(BackupProblem, match="cannot be found"):
        obtain("restic")
