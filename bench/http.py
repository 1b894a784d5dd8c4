"""A small HTTP client for the load generator: raw sockets, kept open, next to no work an answer."""

import re
import socket
from dataclasses import dataclass, field
from urllib.parse import urlencode

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r]+)=([^;\r]*)", re.IGNORECASE)
_QUERIES = re.compile(rb"\r\nx-bench-queries: *(\d+)", re.IGNORECASE)


@dataclass
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.head)
        return found[1].decode() if found else ""

    @property
    def queries(self) -> int:
        """SQL statements of this answer, when the server was asked to count them."""
        found = _QUERIES.search(self.head)
        return int(found[1]) if found else 0

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


@dataclass
class Browser:
    """One visitor: a connection that stays open, and cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    queries: int = 0
    _socket: socket.socket | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), {**kind, **headers})

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", "Accept-Language: da"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [f"Content-Length: {len(body)}", "Sec-Fetch-Site: same-origin"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **headers}.items()]
        message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        try:
            answer = self._exchange(message)
        except OSError:
            self.close()  # a connection that the server closed while it was idle
            answer = self._exchange(message)
        self.requests += 1
        self.queries += answer.queries
        for name, value in _COOKIE.findall(answer.head):
            self.cookies[name.decode()] = value.decode()
        return answer

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, message: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(message)
        received = self._read(b"")
        while b"\r\n\r\n" not in received:
            received = self._read(received)
        head, _, body = received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length:
            while len(body) < int(length[1]):
                body = self._read(body)
        elif _CHUNKED.search(head):
            while not body.endswith(b"0\r\n\r\n"):
                body = self._read(body)
        return Answer(int(head[9:12]), head, body)

    def _read(self, so_far: bytes) -> bytes:
        assert self._socket is not None
        more = self._socket.recv(262_144)
        if not more:
            raise ConnectionResetError
        return so_far + more
