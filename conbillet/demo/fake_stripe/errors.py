"""Refusals in the shapes and codes of the real API."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """An answer that is an error.

    `stored` says whether an idempotency key remembers it: the real API remembers what happened after an endpoint
    began its work, not refused parameters.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type_: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        stored: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        self.error: Json = {"message": message, "type": type_}
        if code:
            self.error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
        if param:
            self.error["param"] = param
        self.error |= more

    def body(self) -> Json:
        """The JSON of the answer."""
        return {"error": self.error}


def bad_param(message: str, param: str, code: str | None = None) -> ApiError:
    """A parameter that is wrong; not remembered by idempotency keys."""
    return ApiError(message, param=param, code=code, stored=False)


def missing(noun: str, id_: str, param: str = "id") -> ApiError:
    """404 for an object that does not exist, or not for this account."""
    return ApiError(f"No such {noun}: '{id_}'", status=404, code="resource_missing", param=param)


def server_error() -> ApiError:
    """The 500 of a bad day."""
    return ApiError("An unknown error occurred (asked for by the test).", status=500, type_="api_error")
