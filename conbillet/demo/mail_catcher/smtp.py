"""The SMTP side: takes every mail for everybody, unless a fault was asked for."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import asdict, dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from conbillet.demo.mail_catcher.storage import Storage

KINDS = ("refuse", "slow", "drop_connection", "drop_after_accepting")


@dataclass
class Fault:
    """What goes wrong with the next `times` mails. `code` is the reply of `refuse`: 4xx for now, 5xx for ever."""

    kind: str
    times: int = 1
    seconds: float = 3.0
    code: int = 451


def fault_from_json(data: dict[str, Any]) -> Fault:
    """A fault from a control call. Raises ValueError with what is wrong."""
    if data.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    try:
        fault = Fault(**data)
        good = 1 <= fault.times <= 1_000_000 and 0 <= fault.seconds <= 3600 and 400 <= fault.code <= 599
    except TypeError as error:
        raise ValueError("unknown field, or one of the wrong type") from error
    if not good or not isinstance(fault.times, int) or not isinstance(fault.code, int):
        raise ValueError("times from 1, seconds from 0 to 3600, code from 400 to 599")
    return fault


class Faults:
    """The faults still to happen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let it happen."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """What is still to happen."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def use(self) -> Fault | None:
        """The fault that this mail suffers."""
        with self._lock:
            if not self._faults:
                return None
            fault = self._faults[0]
            fault.times -= 1
            if fault.times == 0:
                self._faults.pop(0)
            return fault


class Handler:
    """What aiosmtpd asks at each step of a mail."""

    def __init__(self, storage: Storage, faults: Faults) -> None:
        self._storage = storage
        self._faults = faults

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        """A mail begins: this is where its fault is chosen."""
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        fault = self._faults.use()
        envelope.fault = fault  # type: ignore[attr-defined]  # ours, on this mail only
        if fault and fault.kind == "refuse":
            return (
                f"{fault.code} 4.3.0 Refused on demand" if fault.code < 500 else f"{fault.code} 5.7.1 Refused on demand"
            )
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's name
        """The mail is there."""
        fault: Fault | None = getattr(envelope, "fault", None)
        kind = fault.kind if fault else ""
        if kind != "drop_connection":
            raw = envelope.original_content or b""
            self._storage.add(envelope.mail_from or "", [str(to) for to in envelope.rcpt_tos], raw)
        if kind.startswith("drop") and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK: kept"


def start_smtp(host: str, port: int, storage: Storage, faults: Faults, *, largest: int) -> Controller:
    """Listen for mails of up to `largest` bytes; any user name and password is accepted."""
    controller = Controller(
        Handler(storage, faults),
        hostname=host,
        port=port,
        data_size_limit=largest,
        enable_SMTPUTF8=True,
        ident="ConBillet mail catcher",
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
        ready_timeout=10,
    )
    controller.start()
    return controller
