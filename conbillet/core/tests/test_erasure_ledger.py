import multiprocessing
import os
import signal
import stat
import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from conbillet.core import erasure_ledger
from conbillet.core.erasure_ledger import Erasure, ErasureLedger, LedgerBroken

NOW = datetime(2027, 5, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "erasures" / "ledger.jsonl"


@pytest.fixture
def ledger(path):
    return ErasureLedger(path)


def fill(ledger: ErasureLedger, count: int) -> list[Erasure]:
    return [ledger.append(subject=uuid4(), scope="account", now=NOW + timedelta(minutes=n)) for n in range(count)]


def test_what_was_appended_is_read_back_in_order(ledger, path):
    written = fill(ledger, 5)
    assert list(ErasureLedger(path).entries()) == written
    assert [entry.number for entry in written] == [1, 2, 3, 4, 5]
    assert ledger.verify() == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ledger_that_was_never_written_is_empty(ledger):
    assert list(ledger.entries()) == []
    assert ledger.verify() == 0


def test_times_are_kept_in_utc(ledger):
    written = ledger.append(subject=uuid4(), scope="account", now=NOW.astimezone(timezone(timedelta(hours=2))))
    assert written.erased_at == NOW
    assert written.erased_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("scope", ["", "Åse Ørsted", "account\n", "a b", "x" * 201, "mail@example.dk"])
def test_a_scope_cannot_carry_personal_data(ledger, path, scope):
    with pytest.raises(ValueError, match="not a scope"):
        ledger.append(subject=uuid4(), scope=scope, now=NOW)
    assert not path.exists()


def test_a_time_without_zone_is_refused(ledger):
    with pytest.raises(ValueError, match="time zone"):
        ledger.append(subject=uuid4(), scope="account", now=NOW.replace(tzinfo=None))


def _edit(lines):
    lines[1] = lines[1].replace(b'"account"', b'"newsletter"')


def _remove(lines):
    del lines[1]


def _swap(lines):
    lines[0], lines[1] = lines[1], lines[0]


def _double(lines):
    lines.insert(1, lines[1])


def _garbage(lines):
    lines[2] = b"[]\n"


def _blank(lines):
    lines.insert(2, b"\n")


def _extra_field(lines):
    lines[1] = lines[1].replace(b"{", b'{"name":"x",', 1)


def _long(lines):
    lines[1] = b'{"x":"' + b"x" * 3000 + b'"}\n'


@pytest.mark.parametrize("tamper", [_edit, _remove, _swap, _double, _garbage, _blank, _extra_field, _long])
def test_tampering_shows(ledger, path, tamper):
    fill(ledger, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    tamper(lines)
    path.write_bytes(b"".join(lines))
    with pytest.raises(LedgerBroken):
        ledger.verify()


def test_planted_bug_a_hash_that_leaves_out_the_scope_would_let_an_edit_pass(ledger, path, monkeypatch):
    real = erasure_ledger._digest
    monkeypatch.setattr(erasure_ledger, "_digest", lambda n, subject, scope, at, p: real(n, subject, "", at, p))
    fill(ledger, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    _edit(lines)
    path.write_bytes(b"".join(lines))
    assert ledger.verify() == 4


def test_a_cut_off_end_shows_against_a_known_entry(ledger, path):
    written = fill(ledger, 3)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert ledger.verify() == 2
    assert ledger.verify(known=written[1]) == 2
    with pytest.raises(LedgerBroken, match="missing"):
        ledger.verify(known=written[2])


@pytest.mark.parametrize("cut", [1, 2, 50, 150])
def test_a_torn_last_line_is_skipped_and_then_replaced(ledger, path, cut):
    written = fill(ledger, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    assert list(ledger.entries()) == written[:2]
    new = ledger.append(subject=uuid4(), scope="account", now=NOW)
    assert list(ledger.entries()) == [*written[:2], new]
    assert ledger.verify() == 3


def test_a_torn_first_line_is_replaced(ledger, path):
    fill(ledger, 1)
    path.write_bytes(path.read_bytes()[:40])
    new = ledger.append(subject=uuid4(), scope="account", now=NOW)
    assert list(ledger.entries()) == [new]


def test_planted_bug_appending_after_a_torn_line_would_lose_the_next_erasure(ledger, path, monkeypatch):
    fill(ledger, 2)
    path.write_bytes(path.read_bytes()[:-30])
    monkeypatch.setattr(erasure_ledger.os, "ftruncate", lambda *_: None)
    ledger.append(subject=uuid4(), scope="account", now=NOW)
    with pytest.raises(LedgerBroken):
        ledger.verify()


@pytest.mark.parametrize("content", [b"hello\n", b'{"number":1}\n', b"x" * 5000, b"[]\n"])
def test_nothing_is_appended_to_a_file_that_is_not_a_ledger(ledger, path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(LedgerBroken):
        ledger.append(subject=uuid4(), scope="account", now=NOW)
    assert path.read_bytes() == content


def _append_many(path, count):
    fill(ErasureLedger(path), count)


def test_four_processes_write_one_chain(path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append_many, args=(path, 25)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ErasureLedger(path).verify() == 100


def _append_for_ever(path, connection):
    ledger = ErasureLedger(path)
    while True:
        connection.send(ledger.append(subject=uuid4(), scope="account", now=NOW))


def test_a_killed_writer_loses_nothing_it_had_reported(path):
    context = multiprocessing.get_context("fork")
    reported: list[Erasure] = []
    for pause in (0.02, 0.05, 0.08):
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_append_for_ever, args=(path, theirs))
        worker.start()
        theirs.close()
        reported.append(ours.recv())
        time.sleep(pause)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        while True:
            try:
                reported.append(ours.recv())
            except (EOFError, OSError):
                break
    kept = list(ErasureLedger(path).entries())
    assert set(reported) <= set(kept)
    assert ErasureLedger(path).append(subject=uuid4(), scope="account", now=NOW).number == len(kept) + 1
