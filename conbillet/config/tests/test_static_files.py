"""Static files: kept for a year under hashed names, compressed, and nothing outside the folder."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from conbillet.config.static_files import StaticFiles

STYLE = b"body { color: black }\n" * 100


@pytest.fixture
def site(tmp_path: Path) -> StaticFiles:
    root = tmp_path / "static"
    (root / "web").mkdir(parents=True)
    (root / "web" / "base.0123456789ab.css").write_bytes(STYLE)
    (root / "web" / "base.css").write_bytes(STYLE)
    (root / "web" / "font.0123456789ab.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret").write_text("secret")

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"from the application"]

    return StaticFiles(application, root=root, url="/static/")


def ask(site: StaticFiles, path: str, *, method: str = "GET", encoding: str = "") -> tuple[str, dict[str, str], bytes]:
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        answer.update(status=status, headers=dict(headers))

    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_ACCEPT_ENCODING": encoding}
    body = b"".join(site(environ, start_response))
    return answer["status"], answer["headers"], body


def test_hashed_names_are_kept_for_a_year(site):
    status, headers, body = ask(site, "/static/web/base.0123456789ab.css")
    assert (status, body) == ("200 OK", STYLE)
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Type"] == "text/css; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_other_names_are_not_kept(site):
    assert ask(site, "/static/web/base.css")[1]["Cache-Control"] == "no-cache"


def test_compressed_for_those_who_can_read_it(site):
    for _ in range(2):  # the second answer comes from memory
        _, headers, body = ask(site, "/static/web/base.0123456789ab.css", encoding="br, gzip")
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Vary"] == "Accept-Encoding"
        assert int(headers["Content-Length"]) == len(body) < len(STYLE) / 5
        assert gzip.decompress(body) == STYLE
    assert "Content-Encoding" not in ask(site, "/static/web/font.0123456789ab.woff2", encoding="gzip")[1]


def test_head_has_the_length_and_no_body(site):
    _, headers, body = ask(site, "/static/web/base.css", method="HEAD")
    assert (body, headers["Content-Length"]) == (b"", str(len(STYLE)))


@pytest.mark.parametrize(
    "path", ["/static/../secret", "/static/web/../../secret", "/static/", "/static/web", "/static//etc/passwd"]
)
@pytest.mark.asvs("13.4.3")
def test_nothing_outside_the_folder(site, path):
    status, _, body = ask(site, path)
    assert status == "404 Not Found"
    assert b"secret" not in body


def test_writing_is_refused_and_the_rest_goes_to_the_application(site):
    assert ask(site, "/static/web/base.css", method="POST")[0] == "405 Method Not Allowed"
    assert ask(site, "/my/")[2] == b"from the application"
