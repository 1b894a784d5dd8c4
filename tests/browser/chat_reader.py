"""A page of a conversation without a browser: listens for `changed`, fetches what came after the number that it has."""

import http.client
import json
import socket
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

AGAIN_SECONDS = 0.3


class Reader(threading.Thread):
    """Listens until `stop()`; `texts` is what it has read, in order. As `web/chat.js`, but for the heartbeat of half a
    minute, so that a test sees what a lost connection alone would do."""

    def __init__(self, *, news: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self.news, self.cookie = news, cookie
        self.texts: list[str] = []
        self.last = 0
        self.connected = threading.Event()
        self._over = threading.Event()
        self._listening: http.client.HTTPConnection | None = None

    def stop(self) -> None:
        self._over.set()
        listening = self._listening
        if listening is not None and listening.sock is not None:
            with suppress(OSError):
                listening.sock.shutdown(socket.SHUT_RDWR)
        self.join(10)

    def ask(self) -> dict[str, object]:
        """The news; nothing while the web server is away."""
        parts = urlsplit(self.news)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            connection.request("GET", parts.path, headers={"Cookie": self.cookie, "Last-Event-ID": str(self.last)})
            answer = connection.getresponse()
            body = answer.read()
        except OSError:
            return {}
        finally:
            connection.close()
        return dict(json.loads(body)) if answer.status == 200 else {}

    def take(self, news: dict[str, object]) -> None:
        for message in news.get("messages", ()):  # type: ignore[attr-defined]
            if message["number"] > self.last:
                self.last = message["number"]
                self.texts.append(message["text"])

    def heard(self, *, on_connecting: bool) -> None:
        """Something happened, or may have happened while we were away."""
        self.take(self.ask())

    def run(self) -> None:
        address = ""
        while not self._over.is_set():
            news = {} if address else self.ask()
            address = str(news.get("live", address))
            if address:
                self._listen(address)
            self.connected.clear()
            time.sleep(AGAIN_SECONDS)

    def _listen(self, address: str) -> None:
        parts = urlsplit(address)
        self._listening = connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        first = True
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            answer = connection.getresponse()
            while line := answer.fp.readline():
                if line.startswith(b"data: chat:"):
                    self.heard(on_connecting=first)
                    first = False
                    self.connected.set()
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()


class Forgetful(Reader):
    """The planted bug: believes that it hears of every message, and never asks for what it missed."""

    def heard(self, *, on_connecting: bool) -> None:
        if on_connecting:
            return
        news = self.ask()
        messages = news.get("messages", [])
        self.take({"messages": messages[-1:]})  # type: ignore[index]
