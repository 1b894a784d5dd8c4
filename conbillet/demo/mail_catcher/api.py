"""The JSON side, for scripts and tests."""

from __future__ import annotations

from conbillet.demo.http import BadRequest, Request, Response, Router, json_response
from conbillet.demo.mail_catcher.content import describe, take_apart
from conbillet.demo.mail_catcher.smtp import Faults, fault_from_json
from conbillet.demo.mail_catcher.storage import Storage

LONGEST_WAIT = 120.0


def number(request: Request, name: str, default: float) -> float:
    """A number from the query. Raises BadRequest."""
    try:
        return min(1e12, max(0.0, float(request.query.get(name) or default)))
    except ValueError:
        raise BadRequest(400, f"{name} must be a number") from None


class Api:
    """What scripts can ask."""

    def __init__(self, storage: Storage, faults: Faults) -> None:
        self._storage = storage
        self._faults = faults

    def routes(self, router: Router) -> None:
        """Add the addresses; `wait` comes before the ids."""
        router.add("GET", "/api/health", lambda request: json_response({"ok": True}))
        router.add("GET", "/api/messages", self.list)
        router.add("DELETE", "/api/messages", self.clear)
        router.add("GET", "/api/messages/wait", self.wait)
        router.add("GET", "/api/messages/{id}", self.show)
        router.add("DELETE", "/api/messages/{id}", self.remove)
        router.add("GET", "/api/faults", lambda request: json_response({"faults": self._faults.waiting()}))
        router.add("POST", "/api/faults", self.add_fault)
        router.add("DELETE", "/api/faults", self.clear_faults)

    def list(self, request: Request) -> Response:
        """GET /api/messages?to=…&since=…&limit=…"""
        limit = int(number(request, "limit", 1000))
        mails = self._storage.newest(
            to=request.query.get("to", ""), since=int(number(request, "since", 0)), limit=limit
        )
        return json_response({"messages": [mail.describe() for mail in mails]})

    def wait(self, request: Request) -> Response:
        """GET /api/messages/wait?to=…&after=…&timeout=…: the next mail, or null."""
        seconds = min(LONGEST_WAIT, number(request, "timeout", 30))
        mail = self._storage.wait(
            to=request.query.get("to", ""), after=int(number(request, "after", 0)), seconds=seconds
        )
        return json_response({"message": self._whole(mail.id) if mail else None})

    def _whole(self, id_: int) -> dict[str, object] | None:
        found = self._storage.get(id_)
        return {**found[0].describe(), **describe(take_apart(found[1]), f"/messages/{id_}")} if found else None

    def show(self, request: Request, id: str) -> Response:  # noqa: A002 - named by the path
        """GET /api/messages/{id}"""
        found = self._whole(int(id)) if id.isdecimal() and len(id) < 12 else None
        return json_response(found) if found else json_response({"error": "no such mail"}, 404)

    def remove(self, request: Request, id: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """DELETE /api/messages/{id}"""
        if id.isdecimal():
            self._storage.remove(int(id))
        return json_response({"deleted": True})

    def clear(self, request: Request) -> Response:
        """DELETE /api/messages"""
        self._storage.clear()
        return json_response({"deleted": True})

    def add_fault(self, request: Request) -> Response:
        """POST /api/faults {kind, times, seconds, code}"""
        try:
            self._faults.add(fault_from_json(request.json()))
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
        return json_response({"faults": self._faults.waiting()})

    def clear_faults(self, request: Request) -> Response:
        """DELETE /api/faults"""
        self._faults.clear()
        return json_response({"faults": []})
