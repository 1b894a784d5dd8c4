"""Fact → workflow. What lower floors announce (`core.facts.announce`) is handled here, by the job worker."""

from collections.abc import Callable
from typing import Any

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

Handler = Callable[..., Any]

# Growing waits, about two days in all; a fact that still fails is shown on the operator's page.
RETRY = RetryStrategy(max_attempts=20, exponential_wait=3)

HANDLERS: dict[str, Handler] = {}


def _task(fact: str, handler: Handler) -> None:
    def run(**ids: Any) -> None:
        close_old_connections()
        handler(**ids)

    app.task(name=f"fact:{fact}", retry=RETRY)(run)


for _fact, _handler in HANDLERS.items():
    _task(_fact, _handler)
