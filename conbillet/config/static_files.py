"""Static files in front of Django: hashed names, kept by browsers for a year, compressed once.

The web server's own static mount does not compress, and no phone should load our style sheet three times as big. What
is small stays in memory, compressed at its first request; the rest is read from disk.
"""

import gzip
import mimetypes
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

KEEP_IN_MEMORY = 512 * 1024  # bytes of one file
_HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")
_COMPRESSIBLE = ("text/", "application/json", "application/manifest+json", "image/svg+xml", "application/wasm")

# Not left to the system's table, which differs between machines.
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_TYPES |= {".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".json": "application/json"}


class StaticFiles:
    """Answers below `url` from the folder `root`; everything else goes to the application."""

    def __init__(self, application: WSGIApplication, *, root: Path, url: str) -> None:
        self.application = application
        self.url = url
        # The list is read once: names come from `collectstatic`, and a path outside it cannot be asked for.
        self.files = {url + path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
        self.kept: dict[tuple[str, bool], bytes] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(self.url):
            return self.application(environ, start_response)
        file = self.files.get(path)
        if file is None:
            return _plain(start_response, "404 Not Found", "There is no such file.")
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _plain(start_response, "405 Method Not Allowed", "Only GET and HEAD.")
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        compress = kind.startswith(_COMPRESSIBLE) and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        body = self._body(path, file, compress)
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "public, max-age=31536000, immutable" if _HASHED.search(path) else "no-cache"),
            ("Vary", "Accept-Encoding"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if compress:
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", headers)
        return [body if environ["REQUEST_METHOD"] == "GET" else b""]

    def _body(self, path: str, file: Path, compress: bool) -> bytes:
        kept = self.kept.get((path, compress))
        if kept is not None:
            return kept
        body = file.read_bytes()
        if compress:
            body = gzip.compress(body, 9, mtime=0)
        if len(body) <= KEEP_IN_MEMORY:
            self.kept[path, compress] = body
        return body


def _plain(start_response: Callable[..., Any], status: str, text: str) -> list[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
