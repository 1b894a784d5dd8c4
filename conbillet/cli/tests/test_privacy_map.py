"""`bin/conbillet privacy map`: the map in four forms, its documents, and its check, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]


def privacy_map(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CONBILLET_", "DATABASE_", "DJANGO_"))
    }
    environment = {**kept, "CONBILLET_DATA": str(data), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "conbillet.cli", "privacy", "map", *options]
    return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_it_is_printed_for_people_and_for_machines(tmp_path):
    text = privacy_map(tmp_path).stdout
    assert "PHONE" in text and "accounts_person.phone" in text and "COOKIES" in text
    found = json.loads(privacy_map(tmp_path, "--format", "json").stdout)
    assert {"tables", "cookies", "processors", "streams"} <= set(found)
    linked = json.loads(privacy_map(tmp_path, "--format", "json-ld").stdout)
    assert linked["@type"] == "dpv:PrivacyNotice" and linked["dpv:hasProcess"]
    assert "# The data map" in privacy_map(tmp_path, "--format", "markdown").stdout


@pytest.mark.parametrize(("language", "title"), [("da", "# Fortegnelse over"), ("en", "# Record of processing")])
def test_documents_come_in_both_languages(tmp_path, language, title):
    answer = privacy_map(tmp_path, "--document", "record-of-processing", "--language", language)
    assert answer.returncode == 0 and answer.stdout.startswith(title)


def test_the_check_is_content_with_the_house_and_not_with_an_unknown_file(tmp_path):
    answer = privacy_map(tmp_path, "--check")
    assert answer.returncode == 0 and "no complaints" in answer.stdout, answer.stderr
    (tmp_path / "members.csv").write_text("Ada")
    answer = privacy_map(tmp_path, "--check")
    assert answer.returncode == 1 and "members.csv: a file that no declaration knows" in answer.stderr
