"""What an installation keeps in files is declared too, and a file that nobody declared is found."""

from pathlib import Path

import pytest
from django.conf import settings

from conbillet.core.data_map import DataMap, data_map
from conbillet.privacy.places import unknown_files


def test_the_tests_own_installation_has_no_unknown_files():
    assert unknown_files(data_map.load(), Path(settings.CONBILLET_DATA), Path(settings.CONBILLET_KEYS)) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("exports/members.csv", "exports/members.csv"),
        ("keys/diary/today.txt", "keys/diary/today.txt"),
        ("logs/deeper/web.log", "logs/deeper/web.log"),
        ("members.csv", "members.csv"),
    ],
)
def test_planted_a_file_that_nobody_declared_is_found(tmp_path, name, told):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("Ada")
    assert unknown_files(data_map.load(), tmp_path, tmp_path / "keys") == [f"{told}: a file that no declaration knows"]


@pytest.mark.parametrize(
    "name", ["logs/web.log", "keys/audit/1.json", "media/a/b.webp", "static/x.css", "keys/subjects/ab/cd.key"]
)
def test_declared_files_are_known_and_without_their_declaration_they_are_not(tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("x")
    assert unknown_files(data_map.load(), tmp_path, tmp_path / "keys") == []
    assert bool(unknown_files(DataMap(), tmp_path, tmp_path / "keys")) == (not name.startswith("static/"))


def test_keys_may_lie_elsewhere(tmp_path):
    keys = tmp_path / "safe"
    (keys / "audit").mkdir(parents=True)
    (keys / "audit" / "1.json").write_text("{}")
    assert unknown_files(data_map.load(), tmp_path / "data", keys) == []
