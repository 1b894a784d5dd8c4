"""The API below /v1: who asks, what goes wrong on demand, idempotency keys, and the answer."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass

from conbillet.demo.fake_stripe.endpoints import Call, Endpoint, all_endpoints
from conbillet.demo.fake_stripe.errors import ApiError, Json, server_error
from conbillet.demo.fake_stripe.expand import expand
from conbillet.demo.fake_stripe.faults import Fault
from conbillet.demo.fake_stripe.params import Params, decode
from conbillet.demo.fake_stripe.store import new_id
from conbillet.demo.fake_stripe.world import API_VERSION, World
from conbillet.demo.http import BadRequest, DropConnection, Request, Response, Router


@dataclass(frozen=True)
class Answer:
    """A status and a body; `kept` when it was stored under an idempotency key earlier."""

    status: int
    body: Json
    kept: bool = False


class Api:
    """Answers requests below /v1."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self._router = Router()
        for method, path, endpoint in all_endpoints():
            self._router.add(method, path, endpoint)

    def __call__(self, request: Request) -> Response:
        request_id = new_id("req_", 14)
        owner = request.headers.get("stripe-account", "")
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        fault = self._world.faults.for_request(request.method, request.path)
        try:
            if fault:
                self._before(fault)
            answer = self._answer(request, request_id, owner, key, fault)
        except ApiError as error:
            answer = Answer(error.status, error.body())
        self._world.note_request({
            "id": request_id, "at": time.time(), "method": request.method, "path": request.path, "account": owner,
            "idempotency_key": key or None, "status": answer.status, "replayed": answer.kept,
            "fault": fault.kind if fault else None,
        })  # fmt: skip
        if fault and fault.kind == "timeout_after":
            time.sleep(fault.wait())
            raise DropConnection
        return self._encode(answer, request_id, owner, key, request)

    def _before(self, fault: Fault) -> None:
        if fault.kind == "refuse_connection":
            raise DropConnection
        if fault.kind == "error_500_before":
            raise server_error()
        if fault.kind == "refuse":
            type_ = "card_error" if fault.status == 402 else "invalid_request_error"
            raise ApiError(fault.message, status=fault.status, type_=type_, code=fault.code)

    def _answer(self, request: Request, request_id: str, owner: str, key: str, fault: Fault | None) -> Answer:
        self._authenticate(request)
        self._check_account(owner, request)
        try:
            params = decode(request.pairs())
        except BadRequest as error:
            raise ApiError(str(error), stored=False) from error
        endpoint, arguments, _ = self._router.find(request.method, request.path)
        if endpoint is None:
            raise ApiError(f"Unrecognized request URL ({request.method}: {request.path}).", status=404, stored=False)
        run = _Run(self._world, endpoint, arguments, params, owner, request, request_id, key, fault)
        if not key:
            return run.execute(None)
        if len(key) > 255:
            raise ApiError("The idempotency key must be at most 255 characters.", stored=False)
        slot = f"{owner}|{key}"
        with self._lock:
            if slot in self._running:
                message = f"There is currently another in-progress request using this Idempotent Key: {key}."
                raise ApiError(message, status=409, type_="idempotency_error", code="idempotency_key_in_use")
            self._running.add(slot)
        try:
            return run.recall(slot) or run.execute(slot)
        finally:
            with self._lock:
                self._running.discard(slot)

    def _authenticate(self, request: Request) -> None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value).decode("latin-1").partition(":")[0]
            except ValueError:
                value = ""
        if not value:
            message = "You did not provide an API key."
            raise ApiError(message, status=401, stored=False)
        wanted = self._world.settings.secret_key
        if (wanted and value != wanted) or not value.startswith(("sk_test_", "rk_test_")):
            message = f"Invalid API Key provided: {value[:8]}***"
            raise ApiError(message, status=401, stored=False)

    def _check_account(self, owner: str, request: Request) -> None:
        record = self._world.store.get(owner) if owner else None
        if owner and (record is None or record.kind != "account"):
            message = (
                f"The provided key does not have access to account '{owner[:40]}' (or that account does not exist). "
                "Application access may have been revoked."
            )
            raise ApiError(message, status=403, code="account_invalid", stored=False)

    def _encode(self, answer: Answer, request_id: str, owner: str, key: str, request: Request) -> Response:
        body = json.dumps(answer.body, separators=(",", ":")).encode()
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("stripe-version", API_VERSION)}
        if owner:
            headers["Stripe-Account"] = owner
        if key:
            headers["Idempotency-Key"] = key
        if answer.kept:
            headers["Idempotent-Replayed"] = "true"
        return Response(body, answer.status, "application/json", headers)


@dataclass
class _Run:
    """One request that got as far as its endpoint."""

    world: World
    endpoint: Endpoint
    arguments: dict[str, str]
    params: Json
    owner: str
    request: Request
    request_id: str
    key: str
    fault: Fault | None

    def fingerprint(self) -> str:
        """What must be equal when a key is used again."""
        text = json.dumps([self.request.method, self.request.path, self.params], sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def recall(self, slot: str) -> Answer | None:
        """The answer kept under this key; an error if it belongs to another request."""
        kept = self.world.store.idempotency.get(slot)
        if kept is None or kept["at"] < self.world.now() - 24 * 3600:
            return None
        if kept["path"] != self.request.path:
            what = f"for the same endpoint they were first used for ('{self.request.path}' vs '{kept['path']}')"
        elif kept["print"] != self.fingerprint():
            what = "with the same parameters they were first used with"
        else:
            return Answer(kept["status"], kept["body"], kept=True)
        message = (
            f"Keys for idempotent requests can only be used {what}. Try using a key other than '{self.key}' if you "
            "meant to execute a different request."
        )
        raise ApiError(message, type_="idempotency_error")

    def execute(self, slot: str | None) -> Answer:
        """Do the work and remember the answer, in one transaction; a refusal changes nothing but is remembered."""
        if self.fault and self.fault.kind == "slow":
            # Here the key is taken already, as it is when the real thing is slow.
            time.sleep(self.fault.wait())
        about = {"id": self.request_id, "idempotency_key": self.key or None}
        try:
            with self.world.change(about) as tx:
                params = Params(self.params)
                paths = params.strings("expand")
                body = self.endpoint(Call(self.world, tx, params, self.owner, self.request.path), **self.arguments)
                body = expand(tx, body, paths)
                shown = failed = Answer(200, body)
                if self.fault and self.fault.kind == "error_500_after":
                    failed = Answer(500, server_error().body())
                    shown = failed if self.fault.stored else shown
                if slot:
                    tx.idempotency[slot] = self._kept(shown)
                return failed
        except ApiError as error:
            answer = Answer(error.status, error.body())
            if slot and error.stored:
                with self.world.change() as tx:
                    tx.idempotency[slot] = self._kept(answer)
            return answer

    def _kept(self, answer: Answer) -> Json:
        return {
            "at": self.world.now(),
            "path": self.request.path,
            "print": self.fingerprint(),
            "status": answer.status,
            "body": answer.body,
        }
