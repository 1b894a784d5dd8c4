"""The house's web server with the bare page beside it. SQL statements are counted when a request asks for it."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

sys.modules["httpx"] = None  # type: ignore[assignment]  # the SDK would load it; production does not have it, tests do
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")

from conbillet.config import settings  # noqa: E402  only after the settings are set

settings.ROOT_URLCONF = "bench.urls"

from django.db import connection  # noqa: E402  only after the settings are set

from conbillet.config.wsgi import application as house  # noqa: E402  only after the settings are set


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if "HTTP_X_BENCH_COUNT" not in environ:
        return house(environ, start_response)  # type: ignore[no-any-return]  # untyped below
    count = 0

    def counted(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*call)

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("X-Bench-Queries", str(count))], *rest)

    with connection.execute_wrapper(counted):
        return house(environ, start)  # type: ignore[no-any-return]  # untyped below
