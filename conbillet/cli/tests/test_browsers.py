"""Finding a browser: what does not start is not taken, what is not the known package is not unpacked."""

import os
import sys
from pathlib import Path

import pytest

from conbillet.cli import browsers


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An otherwise empty PATH, so that the machine's own browser and npm are out of sight."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(browsers, "START_SECONDS", 10)
    return folder


def script(path: Path, body: str) -> None:
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(0o755)


# Answers the debugging port as chromium does, without being one.
LOOKALIKE = """
import http.server, pathlib, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'[{"title": "%s"}]'
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
profile = next(a for a in sys.argv if a.startswith("--user-data-dir=")).partition("=")[2]
(pathlib.Path(profile) / "DevToolsActivePort").write_text(f"{server.server_port}\\n/x")
server.serve_forever()
"""


def test_takes_the_first_browser_that_starts(bin_folder: Path, tmp_path: Path) -> None:
    script(bin_folder / "chromium", "import sys; sys.exit('this is only a stub that points to a snap')")
    script(bin_folder / "google-chrome", LOOKALIKE % "conbillet")
    found = browsers.find_or_obtain(folder=tmp_path / "browser")
    assert found.path == bin_folder / "google-chrome"
    assert ("--no-sandbox" in found.args) == (os.geteuid() == 0)
    assert found.env["HOME"].startswith(str(tmp_path))


def test_remembers_that_it_starts_until_the_executable_changes(bin_folder: Path, tmp_path: Path) -> None:
    script(bin_folder / "chromium", LOOKALIKE % "conbillet")
    first = browsers.find_or_obtain(folder=tmp_path / "browser")
    assert browsers.find_or_obtain(folder=tmp_path / "browser") == first
    script(bin_folder / "chromium", "import sys; sys.exit(1)")
    with pytest.raises(browsers.NoBrowser):
        browsers.find_or_obtain(folder=tmp_path / "browser", install=False)


def test_a_page_that_is_not_shown_is_no_start(
    bin_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: a process that runs and answers, but shows no page, must not pass for a browser."""
    monkeypatch.setattr(browsers, "START_SECONDS", 1)
    script(bin_folder / "chromium", LOOKALIKE % "crashed")
    with pytest.raises(browsers.NoBrowser, match="install"):
        browsers.find_or_obtain(folder=tmp_path / "browser", install=False)


def test_a_package_with_another_hash_is_not_unpacked(bin_folder: Path, tmp_path: Path) -> None:
    script(bin_folder / "npm", "import pathlib; pathlib.Path('sparticuz-chromium.tgz').write_bytes(b'something else')")
    script(bin_folder / "node", "")
    with pytest.raises(browsers.NoBrowser, match="another content"):
        browsers.find_or_obtain(folder=tmp_path / "browser")
    assert not list((tmp_path / "browser").glob("chromium*"))
    assert not list((tmp_path / "browser").glob("unpack-*"))


def test_says_in_one_sentence_what_to_install(bin_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(browsers.NoBrowser) as refused:
        browsers.find_or_obtain(folder=tmp_path / "browser", install=False)
    assert "apt-get install" in str(refused.value)
    assert "\n" not in str(refused.value)
