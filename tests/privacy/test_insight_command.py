"""`bin/conbillet privacy insight`: what it writes, for whom it is readable, and what it leaves behind."""

import argparse
import contextlib
import io
import json
import zipfile

import pytest
from django.conf import settings

from conbillet.cli import environment
from conbillet.cli.privacy import insight as command
from conbillet.core.models import AuditEntry
from conbillet.privacy.models import InsightPackage
from conbillet.sales.actions.add_to_cart import Wish
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def this_database(tmp_path, monkeypatch):
    """The command's house is the test's."""
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    monkeypatch.setattr(environment, "django_ready", contextlib.nullcontext)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


def test_a_folder_with_three_files_for_a_guest(world, now, tmp_path, capsys):
    paid_order(world, now, Wish(world.adult.pk, 2))
    folder = tmp_path / "out" / "ada"
    assert run("--email", "Ada@Example.com", "--output", str(folder)) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["data.json", "data.pdf", "index.html"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.iterdir()))
    content = json.loads((folder / "data.json").read_text())
    assert "Ada Lund" in json.dumps(content, ensure_ascii=False) and "Bo Lund" not in json.dumps(content)
    assert str(folder / "data.json") in capsys.readouterr().out


def test_one_zip_in_english(world, now, tmp_path):
    path = tmp_path / "ada.zip"
    path.write_text("older")
    path.chmod(0o644)
    assert run("--email", "owner@alea.example", "--output", str(path), "--language", "en") == 0
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert "What is stored about you" in archive.read("index.html").decode()
    assert path.stat().st_mode & 0o077 == 0


def test_it_stands_in_the_log_and_nowhere_else(world, tmp_path):
    run("--email", "owner@alea.example", "--output", str(tmp_path / "x.zip"))
    entry = AuditEntry.objects.get(action="insight_by_command")
    assert (entry.subject_id, entry.actor_kind) == (world.owner.pk, "system")
    assert not InsightPackage.objects.exists()


def test_nobody_is_said_and_nothing_is_written(world, tmp_path, capsys):
    assert run("--email", "nobody@example.com", "--output", str(tmp_path / "x.zip")) == 0
    assert "nothing is stored" in capsys.readouterr().out and not (tmp_path / "x.zip").exists()


def test_what_cannot_be_written_is_said(world, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run("--email", "owner@alea.example", "--output", str(tmp_path / "file" / "x.zip")) == 1
    assert "cannot write" in capsys.readouterr().err
