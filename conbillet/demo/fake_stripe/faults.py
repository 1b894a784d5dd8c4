"""Faults on demand: what goes wrong, where, how many times."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

API_KINDS = ("refuse", "refuse_connection", "slow", "error_500_before", "error_500_after", "timeout_after")
WEBHOOK_KINDS = ("webhooks_lost", "webhooks_doubled", "webhooks_reordered", "webhooks_delayed")
DEFAULT_SECONDS = {"slow": 3.0, "timeout_after": 30.0, "webhooks_reordered": 2.0}


@dataclass
class Fault:
    """One fault. `path` is a pattern over API paths, or over event types for webhook faults."""

    kind: str
    path: str = "*"
    method: str = "*"
    times: int = 1
    seconds: float | None = None
    status: int = 400
    code: str | None = None
    message: str = "Refused on demand."
    stored: bool = True
    held: list[str] = field(default_factory=list)

    def wait(self) -> float:
        """How long this fault takes."""
        return DEFAULT_SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds

    def describe(self) -> dict[str, Any]:
        """As JSON."""
        names = ("kind", "path", "method", "times", "seconds", "status", "code", "message", "stored")
        return {name: getattr(self, name) for name in names}


def fault_from_json(data: dict[str, Any]) -> Fault:
    """A fault from a control call. Raises ValueError with what is wrong."""
    if data.get("kind") not in API_KINDS + WEBHOOK_KINDS:
        raise ValueError(f"kind must be one of {', '.join(API_KINDS + WEBHOOK_KINDS)}")
    types: dict[str, Any] = {
        "kind": str, "path": str, "method": str, "times": int, "seconds": (int, float, type(None)),
        "status": int, "code": (str, type(None)), "message": str, "stored": bool,
    }  # fmt: skip
    for name, value in data.items():
        if name not in types or not isinstance(value, types[name]):
            raise ValueError(f"{name!r} is unknown or of the wrong type")
    fault = Fault(**data)
    if fault.times < 1 or (fault.seconds is not None and not 0 <= fault.seconds <= 3600):
        raise ValueError("times must be at least 1, seconds between 0 and 3600")
    return fault


class Faults:
    """The faults that are still to happen. They live in memory: a restart clears them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let `fault` happen to the next `times` matching requests or events."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """What is still to happen."""
        with self._lock:
            return [fault.describe() for fault in self._faults]

    def for_request(self, method: str, path: str) -> Fault | None:
        """The fault that this API request suffers; it is used up by one."""
        return self._use(API_KINDS, path, method)

    def for_event(self, type_: str) -> Fault | None:
        """The fault that the delivery of an event suffers; it is used up by one."""
        return self._use(WEBHOOK_KINDS, type_, "*")

    def _use(self, kinds: tuple[str, ...], path: str, method: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                same_method = fault.method in ("*", method) or method == "*"
                if fault.kind in kinds and same_method and fnmatchcase(path, fault.path):
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                    return fault
        return None
