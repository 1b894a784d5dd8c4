"""A small HTTP/1.1 server on threads, shared by the fake Stripe and the mail catcher.

One thread per connection, keep-alive, every answer written in one piece. It knows just enough of HTTP for browsers,
the Stripe SDK and scripts: bodies with a Content-Length, no chunked uploads. Every limit is written down below.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

MAX_LINE = 16 * 1024
MAX_HEADERS = 100
MAX_BODY = 2 * 1024 * 1024
IDLE_SECONDS = 300

REASONS = {
    200: "OK", 204: "No Content", 303: "See Other", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    409: "Conflict", 410: "Gone", 411: "Length Required", 413: "Content Too Large", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip

# Pages carry no script at all; forms go only to ourselves unless a page names another origin.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'{origins}; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class DropConnection(Exception):
    """Raised by a handler that wants to hang up without an answer."""


class BadRequest(Exception):
    """The request cannot be read; `status` is answered and the connection closed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Request:
    """One request. Header names are lower case."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, the last value of each."""
        return {name: values[-1] for name, values in parse_qs(self.query_string, keep_blank_values=True).items()}

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters in order: of the body for POST, else of the query. Raises BadRequest on nonsense."""
        try:
            source = self.body.decode("utf-8") if self.method == "POST" else self.query_string
            return parse_qsl(source, keep_blank_values=True, max_num_fields=5000, errors="strict")
        except ValueError as error:
            raise BadRequest(400, f"unreadable parameters: {error}") from error

    def form(self) -> dict[str, str]:
        """The fields of a form, the last value of each."""
        return dict(self.pairs())

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty body is an empty object. Raises BadRequest."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadRequest(400, f"the body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise BadRequest(400, "the body must be a JSON object")
        return value


@dataclass
class Response:
    """One answer."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """`value` as JSON."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Response(body, status, "application/json", {"Cache-Control": "no-store", **headers})


def html_response(document: str, status: int = 200, form_origins: tuple[str, ...] = ()) -> Response:
    """A page under the strict policy; `form_origins` may be reached by the redirect after a form."""
    origins = "".join(f" {origin}" for origin in form_origins)
    headers = {
        "Content-Security-Policy": PAGE_POLICY.format(origins=origins),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(document.encode(), status, "text/html; charset=utf-8", headers)


def redirect(location: str) -> Response:
    """303 to `location`, with every character that could end the header removed."""
    return Response(
        b"", 303, headers={"Location": re.sub(r"[\x00-\x20\x7f]", "", location), "Cache-Control": "no-store"}
    )


# What a router finds; the API below /v1 has handlers of another kind.
Handler = Callable[..., Any]


class Router:
    """Finds the handler for a method and a path such as `/c/pay/{id}`."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        """Send `method` on `pattern` to `handler`, which gets the request and each `{name}` as keywords."""
        expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        self._routes.append((method, re.compile(expression + r"\Z"), handler))

    def find(self, method: str, path: str) -> tuple[Handler | None, dict[str, str], bool]:
        """The handler and its arguments; else None and whether the path exists under another method."""
        seen = False
        for wanted, expression, handler in self._routes:
            if match := expression.match(path):
                if wanted == method:
                    return handler, {k: unquote(v) for k, v in match.groupdict().items()}, True
                seen = True
        return None, {}, seen

    def __call__(self, request: Request) -> Response:
        handler, arguments, known = self.find(request.method, request.path)
        if handler is None:
            return json_response({"error": "method not allowed" if known else "not found"}, 405 if known else 404)
        response: Response = handler(request, **arguments)
        return response


def asset_handler(folder: Path, *names: str) -> Handler:
    """Serves the named files of `folder`, read once."""
    types = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
    files = {name: (folder / name).read_bytes() for name in names}

    def serve(request: Request, name: str) -> Response:
        if name not in files:
            return Response(b"not found", 404)
        return Response(files[name], 200, types[Path(name).suffix], {"Cache-Control": "no-cache"})

    return serve


def is_cross_origin(request: Request) -> bool:
    """Whether a browser says that a page of another origin sent this request."""
    return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


class Server:
    """Listens on `host:port` and answers with `handle`."""

    def __init__(self, host: str, port: int, handle: Callable[[Request], Response]) -> None:
        self._handle = handle
        self._socket = socket.create_server((host, port), backlog=256)
        self.port = int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Accept connections in the background."""
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(IDLE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = connection.makefile("rb", 65536)
            try:
                while self._one_exchange(connection, stream):
                    pass
            except (OSError, DropConnection):
                return
            finally:
                stream.close()

    def _one_exchange(self, connection: socket.socket, stream: Any) -> bool:
        keep = False
        request = None
        try:
            request = read_request(stream)
            if request is None:
                return False
            keep = request.headers.get("connection", "").lower() != "close"
            response = self._answer(request)
        except BadRequest as refusal:
            response = json_response({"error": str(refusal)}, refusal.status)
            # After an unread body the stream is out of step, so only whole requests keep their connection.
            keep = keep and request is not None
        connection.sendall(encode_response(response, keep, request is not None and request.method == "HEAD"))
        return keep

    def _answer(self, request: Request) -> Response:
        try:
            if request.method == "HEAD":
                return self._handle(Request("GET", request.path, request.query_string, request.headers))
            return self._handle(request)
        except (BadRequest, DropConnection):
            raise
        except Exception as error:  # a fault of the fake itself must be visible, and must not stop it
            import traceback

            traceback.print_exc()
            return json_response({"error": {"type": "api_error", "message": f"the fake failed: {error!r}"}}, 500)


def read_request(stream: Any) -> Request | None:
    """The next request of a connection, None at its end. Raises BadRequest."""
    line = stream.readline(MAX_LINE + 1)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or len(line) > MAX_LINE or not words[2].startswith("HTTP/1."):
        raise BadRequest(400, "not an HTTP request")
    headers: dict[str, str] = {}
    while (line := stream.readline(MAX_LINE + 1)) not in (b"\r\n", b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if not line or not colon or len(line) > MAX_LINE or len(headers) >= MAX_HEADERS:
            raise BadRequest(400, "unreadable headers")
        headers[name.strip().lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise BadRequest(411, "send a Content-Length")
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise BadRequest(400, "unreadable Content-Length")
    if int(length) > MAX_BODY:
        raise BadRequest(413, f"the body is larger than {MAX_BODY} bytes")
    body = stream.read(int(length))
    if len(body) < int(length):
        return None
    target = urlsplit(words[1])
    return Request(words[0].upper(), target.path or "/", target.query, headers, body)


def encode_response(response: Response, keep: bool, head_only: bool) -> bytes:
    """The answer as it goes over the wire."""
    lines = [
        f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Unknown')}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "X-Content-Type-Options: nosniff",
        f"Connection: {'keep-alive' if keep else 'close'}",
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return head if head_only else head + response.body


def run_until_told(ready: str, *, until_stdin_closes: bool, on_stop: Callable[[], None]) -> None:
    """Print `ready`, then sleep until SIGTERM, SIGINT or (if asked) the end of stdin; call `on_stop` and end.

    Waiting for stdin lets a parent that dies without a word take this process with it.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if until_stdin_closes:

        def watch() -> None:
            while os.read(0, 1024):
                pass
            stop.set()

        threading.Thread(target=watch, daemon=True).start()
    print(ready, flush=True)
    stop.wait()
    on_stop()
    sys.stdout.flush()
    # Connection threads may be inside a sleep that a fault asked for; nobody waits for them.
    os._exit(0)
