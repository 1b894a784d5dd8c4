"""The embedded PostgreSQL: starts, stops, survives kill -9 of anything, and keeps what visitors type out of its log."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from conbillet.cli import embedded_postgres, postgres_binaries
from conbillet.cli.embedded_postgres import CannotStart, EmbeddedPostgres
from conbillet.cli.processes import alive, start_leashed, wait_until

CHECKOUT = Path(__file__).resolve().parents[3]
OWNER = """
import sys, time
from conbillet.cli.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(sys.argv[1], durable=False)
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def fresh_cluster() -> Iterator[Path]:
    """A cluster that was created and stopped; tests work on copies, because creating takes most of a second."""
    with tempfile.TemporaryDirectory() as folder:
        with (
            EmbeddedPostgres(Path(folder) / "pg", durable=False) as server,
            psycopg.connect(server.dsn()) as connection,
        ):
            connection.execute("CREATE TABLE note (text text)")
            connection.execute("INSERT INTO note VALUES ('kept')")
        yield Path(folder) / "pg"


@pytest.fixture
def data(fresh_cluster: Path, tmp_path: Path) -> Path:
    shutil.copytree(fresh_cluster, tmp_path / "pg", symlinks=True)
    return tmp_path / "pg"


def kept(server: EmbeddedPostgres) -> str:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute("SELECT text FROM note").fetchone()
        assert row is not None
        return str(row[0])


def test_creates_starts_and_stops(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    server.start()
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute(
            "SELECT current_user, current_setting('server_encoding'), upper('æøå'), current_setting('listen_addresses')"
        ).fetchone()
    assert row == ("postgres", "UTF8", "ÆØÅ", "")
    server.stop()
    assert server._server_processes() == []
    assert not server.answers()
    assert not server.socket_dir.exists()
    assert (tmp_path / "pg").stat().st_mode & 0o077 == 0


def test_keeps_its_data_and_starts_twice_without_harm(data: Path):
    server = EmbeddedPostgres(data, durable=False)
    server.start()
    server.start()
    assert kept(server) == "kept"
    server.stop()
    server.stop()
    with EmbeddedPostgres(data, durable=False) as again:
        assert kept(again) == "kept"


def test_a_long_path_is_no_trouble(data: Path, tmp_path: Path):
    deep = tmp_path / ("a" * 100) / ("b" * 100) / "pg"
    deep.parent.mkdir(parents=True)
    data.rename(deep)
    with EmbeddedPostgres(deep, durable=False) as server:
        assert len(str(server.socket_dir / ".s.PGSQL.5432")) < 100
        assert kept(server) == "kept"


def test_two_run_side_by_side(data: Path, tmp_path: Path):
    shutil.copytree(data, tmp_path / "other", symlinks=True)
    with EmbeddedPostgres(data, durable=False) as one, EmbeddedPostgres(tmp_path / "other", durable=False) as two:
        with psycopg.connect(two.dsn()) as connection:
            connection.execute("UPDATE note SET text = 'other'")
        assert (kept(one), kept(two)) == ("kept", "other")


def test_a_second_program_uses_the_same_server_and_leaves_it_running(data: Path):
    with EmbeddedPostgres(data, durable=False) as first:
        with EmbeddedPostgres(data, durable=False) as second:
            assert not second.owned
            assert second.is_running()
            assert kept(second) == "kept"
        assert kept(first) == "kept"
    assert not second.is_running()


def test_recovers_when_the_server_was_killed(data: Path):
    server = EmbeddedPostgres(data, durable=False)
    server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: not server.is_running(), seconds=5)
    server.stop()
    with EmbeddedPostgres(data, durable=False) as again:
        assert kept(again) == "kept"


def test_recovers_when_one_backend_was_killed(data: Path):
    with EmbeddedPostgres(data, durable=False) as server:
        connection = psycopg.connect(server.dsn())
        os.kill(_backend_outside(server, connection), signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert wait_until(server.answers, seconds=10)
        assert kept(server) == "kept"


def _backend_outside(server: EmbeddedPostgres, connection: psycopg.Connection) -> int:
    assert connection.info.backend_pid in server._server_processes()  # no namespace of process numbers between us
    return connection.info.backend_pid


def test_ends_when_its_program_is_killed(data: Path):
    program = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    server_pid = int(program.stdout.readline())
    program.kill()
    program.wait()
    assert wait_until(lambda: not alive(server_pid), seconds=5)
    with EmbeddedPostgres(data, durable=False) as again:
        assert kept(again) == "kept"


@pytest.fixture
def orphan(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server without a leash, as if its program had been killed and the kernel had not told it."""
    binaries = postgres_binaries.find_binaries()
    with EmbeddedPostgres(data, durable=False) as server:
        socket_dir = server.socket_dir
    socket_dir.mkdir(mode=0o700)
    orphan = start_leashed(
        [binaries.program("postgres"), "-D", str(data)],
        unprivileged=binaries.unprivileged,
        user=binaries.user,
        death_signal=0,
    )
    assert wait_until(server.answers, seconds=10)
    yield orphan
    orphan.kill()
    orphan.wait()


def test_ends_an_orphan_and_starts(data: Path, orphan: subprocess.Popen[bytes]):
    with EmbeddedPostgres(data, durable=False) as server:
        assert orphan.wait(1) == 0
        assert kept(server) == "kept"


def test_planted_bug_orphans_left_alone_would_be_caught(data: Path, orphan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EmbeddedPostgres, "_end_orphans", lambda self: None)
    with pytest.raises(CannotStart, match="postmaster.pid"):
        EmbeddedPostgres(data, durable=False).start()


@pytest.fixture
def pid_reused(data: Path) -> None:
    """After kill -9 and a restart of the machine, the old number in the pid file may be anybody's."""
    (data / "postmaster.pid").write_text(f"{os.getppid()}\n{data}\n{int(time.time())}\n5432\n/tmp\n\n0 0\nready\n")


def test_starts_when_a_stranger_has_the_old_servers_number(data: Path, pid_reused: None):
    with EmbeddedPostgres(data, durable=False) as server:
        assert kept(server) == "kept"


def test_a_start_that_was_cut_off_half_way_is_begun_anew(tmp_path: Path):
    (tmp_path / "pg.unfinished" / "base").mkdir(parents=True)
    with EmbeddedPostgres(tmp_path / "pg", durable=False) as server:
        assert server.answers()
    assert not (tmp_path / "pg.unfinished").exists()


def test_refuses_a_socket_folder_of_somebody_else(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    server = EmbeddedPostgres(data, durable=False)
    monkeypatch.setattr(embedded_postgres, "TEMPORARY", tmp_path)
    (tmp_path / "elsewhere").mkdir()
    server.socket_dir.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotStart, match="somebody else"):
        server.start()


def test_says_when_the_data_is_of_another_version(data: Path):
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotStart, match="PostgreSQL 14"):
        EmbeddedPostgres(data).start()


CANARY = "canary-7f3c1e"


def provoke_errors(server: EmbeddedPostgres) -> str:
    """Errors that carry a value in the message, in the detail and in a parameter. Returns the server's log."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE person (email text UNIQUE)")
        connection.execute("INSERT INTO person VALUES (%s)", [CANARY])
        for statement in ("INSERT INTO person VALUES (%s)", "SELECT (%s || '')::uuid"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, [CANARY])
        with pytest.raises(psycopg.Error):
            connection.execute(f"SELECT '{CANARY}'::int")
    return server.log.read_text()


def test_the_log_carries_no_values(data: Path):
    with EmbeddedPostgres(data, durable=False) as server:
        log = provoke_errors(server)
    assert "ready to accept connections" in log
    assert CANARY not in log


@pytest.mark.parametrize("setting", [{"log_min_messages": "error"}, {"log_statement": "all"}])
def test_planted_bug_a_talkative_log_would_be_caught(data: Path, monkeypatch: pytest.MonkeyPatch, setting):
    monkeypatch.setattr(embedded_postgres, "SETTINGS", embedded_postgres.SETTINGS | setting)
    with EmbeddedPostgres(data, durable=False) as server:
        assert CANARY in provoke_errors(server)


def test_durable_is_durable(data: Path):
    with EmbeddedPostgres(data, durable=True) as server, psycopg.connect(server.dsn()) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)


def test_without_namespaces_it_runs_all_the_same(fresh_cluster: Path, monkeypatch: pytest.MonkeyPatch):
    """Some containers forbid user namespaces. Root then runs the server as nobody; others never needed one."""
    monkeypatch.setattr(postgres_binaries, "_namespaces_work", lambda: False)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shutil.copytree(fresh_cluster, Path(folder) / "pg", symlinks=True)
        with EmbeddedPostgres(Path(folder) / "pg", durable=False) as server:
            assert kept(server) == "kept"
            assert server.pid is not None
            expected = 65534 if os.geteuid() == 0 else os.geteuid()
            assert Path(f"/proc/{server.pid}").stat().st_uid == expected
        # and back again: the data is given back to the user that runs it now
        monkeypatch.undo()
        with EmbeddedPostgres(Path(folder) / "pg", durable=False) as server:
            assert kept(server) == "kept"


def test_no_programs_at_all_is_said_clearly(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONBILLET_POSTGRES_BIN", str(tmp_path / "nothing"))
    with pytest.raises(CannotStart, match="Set DATABASE_URL"):
        EmbeddedPostgres(data).start()


@pytest.mark.parametrize(
    ("number", "named", "namespaces", "expected"),
    [
        (0, True, True, (True, None)),
        (0, True, False, (False, 65534)),
        (1000, True, True, (False, None)),
        (1000, False, True, (True, None)),  # containers like to run as a number that has no name
        (1000, False, False, (False, None)),
    ],
)
def test_who_runs_the_server(monkeypatch: pytest.MonkeyPatch, number, named, namespaces, expected):
    monkeypatch.setattr(postgres_binaries.os, "geteuid", lambda: number)
    monkeypatch.setattr(postgres_binaries, "_has_a_name", lambda: named)
    monkeypatch.setattr(postgres_binaries, "_namespaces_work", lambda: namespaces)
    monkeypatch.setattr(postgres_binaries, "_major_version", lambda folder, user: 18)
    found = postgres_binaries.find_binaries()
    assert (found.unprivileged, found.user) == expected
