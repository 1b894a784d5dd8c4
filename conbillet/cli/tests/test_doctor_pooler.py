"""A pooler is told by what it does: by a small one of our own here, and by none in front of the tests' database."""

from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest

from conbillet.cli import doctor_pooler
from conbillet.cli.doctor_pooler import pooler


class Pool:
    """PgBouncer, as far as we ask it. Whoever is in a transaction keeps a process; in session mode everybody does."""

    def __init__(self, mode: str, *, follows_prepared: bool = False) -> None:
        self.mode, self.follows_prepared = mode, follows_prepared
        self.free, self.prepared = [101, 102, 103], {101: set(), 102: set(), 103: set()}

    def open(self) -> "Client":
        return Client(self)


class Client:
    def __init__(self, pool: Pool) -> None:
        self.pool, self.kept, self.known = pool, 0, set()
        self.info = SimpleNamespace(backend_pid=999_000)  # the pooler's own invention
        if pool.mode == "session":
            self.kept = pool.free.pop(0)

    def execute(self, sql: str, *, prepare: bool):
        process = self.kept or self.pool.free[0]
        there = self.pool.prepared[process]
        if sql in self.known and sql not in there and not self.pool.follows_prepared:
            raise psycopg.errors.InvalidSqlStatementName('prepared statement "_pg3_0" does not exist')
        self.known.add(sql)
        there.add(sql)
        return SimpleNamespace(fetchone=lambda: (process,))

    @contextmanager
    def transaction(self):
        before, self.kept = self.kept, self.kept or self.pool.free.pop(0)
        try:
            yield
        finally:
            if not before:
                self.pool.free.insert(0, self.kept)
            self.kept = before

    def close(self) -> None:
        pass


def test_none_in_front_of_the_tests_database(db):
    (found,) = pooler()
    assert (found.level, found.text) == ("fine", "no pooler stands between us and PostgreSQL")


def test_transaction_mode_that_loses_prepared_statements_is_wrong():
    (found,) = pooler(Pool("transaction").open)
    assert found.level == "wrong" and "prepared statements" in found.text
    assert "1.21" in found.advice and "pool_mode = session" in found.advice


def test_transaction_mode_of_a_newer_one_is_noted():
    (found,) = pooler(Pool("transaction", follows_prepared=True).open)
    assert found.level == "note" and "LISTEN" in found.text and "DATABASE_URL" in found.advice


def test_session_mode_is_fine():
    (found,) = pooler(Pool("session").open)
    assert found.level == "fine" and "keeps sessions together" in found.text


def test_planted_without_a_transaction_in_between_an_old_pooler_passes(monkeypatch: pytest.MonkeyPatch):
    """Alone, the first connection always finds the process where its statement is prepared."""
    pool = Pool("transaction")

    @contextmanager
    def nothing(self):
        yield

    monkeypatch.setattr(Client, "transaction", nothing)
    (found,) = doctor_pooler.pooler(pool.open)
    assert found.level == "note"
