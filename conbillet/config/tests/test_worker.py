"""The worker's connections to its queue: each question is its own transaction, and dead ones are noticed."""

import asyncio

import pytest
from procrastinate.contrib.django import app

from conbillet.config.worker import worker_connector

pytestmark = pytest.mark.django_db(transaction=True)
ASK = "SELECT pg_backend_pid() AS backend"


async def asked(connector) -> int:
    return (await connector.execute_query_one_async(ASK))["backend"]


def test_a_question_leaves_no_transaction_open(owner_connection):
    async def ask() -> str:
        connector = worker_connector()
        await connector.open_async()
        try:
            state = "SELECT state FROM pg_stat_activity WHERE pid = %s"
            return owner_connection.execute(state, [await asked(connector)]).fetchone()[0]
        finally:
            await connector.close_async()

    assert asyncio.run(ask()) == "idle"


def test_a_connection_that_was_terminated_is_replaced(owner_connection):
    async def ask_twice() -> tuple[int, int]:
        connector = worker_connector()
        await connector.open_async()
        try:
            first = await asked(connector)
            owner_connection.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
            return first, await asked(connector)
        finally:
            await connector.close_async()

    first, second = asyncio.run(ask_twice())
    assert first != second


def test_a_worker_does_what_waits():
    @app.task(name="test:count")
    def count(number: int) -> None:
        done.append(number)

    done: list[int] = []
    count.defer(number=7)
    with app.replace_connector(worker_connector()) as working:
        working.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
    assert done == [7]
