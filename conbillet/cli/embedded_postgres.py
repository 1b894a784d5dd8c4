"""PostgreSQL out of the box: one cluster in a folder, started and stopped with the program that needs it.

    cluster = EmbeddedPostgres(Path("var/postgres"))
    cluster.start()                      # creates it the first time, mends what a kill -9 left behind
    cluster.dsn("conbillet", "postgres")
    cluster.stop()

Two programs can use one folder: the first one runs the server, the others find it running and only connect.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from conbillet.backups.mark import WHY, folder_is_marked
from conbillet.cli.postgres_binaries import Binaries, NoPostgres, find_binaries
from conbillet.cli.processes import FolderLock, alive, parent, pids, send, start_leashed, wait_until
from conbillet.core.files import make_private_folder

SUPERUSER = "postgres"
TEMPORARY = Path("/tmp")  # noqa: S108  # the folder made in it is checked to be ours
START_SECONDS = 60.0  # recovery after a crash included
RESTORE_SECONDS = 24 * 3600.0  # a day's log, or a week's

# No value of a visitor may reach the server's log: errors are left to the program that caused them (log_min_messages
# = log drops them here; `log` ranks above `error`), no statements, no parameters, no details.
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "'128MB'",
    "work_mem": "'8MB'",
    "maintenance_work_mem": "'64MB'",
    "max_wal_size": "'1GB'",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_destination": "'stderr'",
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_lock_waits": "off",
    "log_autovacuum_min_duration": "-1",
    # What the backup has not fetched is kept, but never until the disk is full.
    "max_slot_wal_keep_size": "'4GB'",
}
FORGETFUL = {  # for tests: a crash of the machine may lose everything
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "'1h'",
    "autovacuum_analyze_threshold": "2000000000",  # statistics hold values; a test that looks for them makes its own
    "max_connections": "50",
}


class CannotStart(Exception):
    """The cluster does not start; the message says why and what to do."""


class EmbeddedPostgres:
    """One PostgreSQL cluster in `data_dir`. `durable=False` trades safety for speed (tests); `restoring`
    starts it although it is marked as restored from a backup."""

    def __init__(
        self, data_dir: Path | str, *, durable: bool = True, log: Path | None = None, restoring: bool = False
    ) -> None:
        self.data_dir = Path(data_dir).resolve()
        self.durable = durable
        self.restoring = restoring
        self.log = log or self.data_dir.with_name(self.data_dir.name + ".log")
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = FolderLock(self.data_dir.with_name(self.data_dir.name + ".lock"))

    # --- what others call --------------------------------------------------------------------------------------------

    @property
    def socket_dir(self) -> Path:
        """Short, because a socket's path must stay under 108 bytes however deep the data folder lies."""
        key = hashlib.sha256(f"{os.geteuid()}:{self.data_dir}".encode()).hexdigest()[:16]
        return TEMPORARY / f"conbillet-{key}"

    def dsn(self, dbname: str = "postgres", user: str = SUPERUSER) -> str:
        return f"postgresql://{quote(user)}@/{quote(dbname)}?{urlencode({'host': str(self.socket_dir)})}"

    @property
    def owned(self) -> bool:
        """Whether this object runs the server (and so stops it)."""
        return self.process is not None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None else None

    def is_running(self) -> bool:
        """Whether the server's process lives, ours or the other program's; costs next to nothing."""
        if self.process is not None:
            return self.process.poll() is None
        if self.lock.take():  # nobody holds the folder
            self.lock.free()
            return False
        return True

    def start(self) -> None:
        """Create the cluster if need be, start it, wait until it answers. Raises CannotStart."""
        if self.process is not None and self.process.poll() is None:
            return
        if not self.restoring and folder_is_marked(self.data_dir):
            raise CannotStart(WHY)
        deadline = time.monotonic() + (RESTORE_SECONDS if self.restoring else START_SECONDS)
        make_private_folder(self.data_dir.parent)
        make_private_folder(self.log.parent)
        while not self.lock.take():
            if self.answers():  # another program runs it
                return
            if time.monotonic() > deadline:
                raise CannotStart(f"Another program holds {self.data_dir} but its PostgreSQL does not answer.")
            time.sleep(0.05)
        try:
            self._end_orphans()
            try:
                binaries = find_binaries()
            except NoPostgres as reason:
                raise CannotStart(str(reason)) from None
            if not (self.data_dir / "PG_VERSION").exists():
                self._create(binaries)
            self._check_version(binaries)
            self._start_server(binaries, deadline)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, seconds: float = 4.0) -> None:
        """End the server if we run it: the fast way, and after the given time the immediate one (safe, but the next
        start has to replay the log)."""
        process, self.process = self.process, None
        if process is not None:
            for signal_number, wait in ((signal.SIGINT, seconds), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0)):
                send([process.pid], signal_number)
                send([process.pid], signal.SIGCONT)  # a frozen one could not hear
                try:
                    process.wait(wait)
                    break
                except subprocess.TimeoutExpired:
                    continue
            send(self._server_processes(), signal.SIGKILL)
            shutil.rmtree(self.socket_dir, ignore_errors=True)
        self.lock.free()

    def answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def ensure_database(self, name: str) -> None:
        """Create the database if it is not there."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- how it is done ----------------------------------------------------------------------------------------------

    def _server_processes(self) -> list[int]:
        """Server processes that work in our data folder: the postmaster and its backends, orphans included."""
        found = []
        for pid in pids():
            try:
                here = Path(f"/proc/{pid}/cwd").readlink() == self.data_dir
                if here and Path(f"/proc/{pid}/exe").readlink().name.startswith("postgres") and alive(pid):
                    found.append(pid)
            except OSError:
                continue
        return found

    def _end_orphans(self) -> None:
        """Called with the lock held: whatever still runs in the folder has lost its program, so end it.

        The pid file is removed only when nothing runs there any more. PostgreSQL itself would take a new process
        that happens to have the old number for a living server, and refuse to start.
        """
        orphans = self._server_processes()
        for signal_number, wait in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0)):
            if not orphans:
                break
            # Asked nicely, the postmaster sees to its children; to them the same signals mean other things.
            heads = [pid for pid in orphans if parent(pid) not in orphans]
            send(orphans if signal_number == signal.SIGKILL else heads, signal_number)
            send(orphans, signal.SIGCONT)  # a frozen one could not hear
            wait_until(lambda: not self._server_processes(), seconds=wait)
            orphans = self._server_processes()
        if orphans:
            raise CannotStart(f"PostgreSQL (process {orphans[0]}) still runs in {self.data_dir} and cannot be ended.")
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)

    def _create(self, binaries: Binaries) -> None:
        """Beside its place first, so that a start cut off half-way leaves nothing that looks like a cluster."""
        unfinished = self.data_dir.with_name(self.data_dir.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if binaries.user is not None:
            os.chown(unfinished, binaries.user, binaries.user)
        if binaries.major >= 17:  # the built-in provider gives the same order and letters on every machine
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            locale = ["--locale=C.UTF-8"]
        # Trust is enough: only our own user can enter the socket's folder (0700), and there is no TCP. `peer` would
        # compare user names, which differ inside the namespace.
        command = [binaries.program("initdb"), f"--pgdata={unfinished}", f"--username={SUPERUSER}", "--encoding=UTF8"]
        command += [*locale, "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        with tempfile.TemporaryFile() as output:
            process = start_leashed(
                command, log=output, environment=_plain(), unprivileged=binaries.unprivileged, user=binaries.user
            )
            if process.wait() != 0:
                output.seek(0)
                answer = output.read().decode(errors="replace").strip()
                raise CannotStart(f"PostgreSQL could not create {self.data_dir}:\n{answer}")
        unfinished.rename(self.data_dir)

    def _check_version(self, binaries: Binaries) -> None:
        version = (self.data_dir / "PG_VERSION").read_text().strip()
        if version != str(binaries.major):
            raise CannotStart(
                f"{self.data_dir} was made by PostgreSQL {version}, but here is {binaries.major}. Move the data with "
                "pg_dump and pg_restore, or set CONBILLET_POSTGRES_BIN to the programs of the older version."
            )

    def _start_server(self, binaries: Binaries, deadline: float) -> None:
        owner = os.geteuid() if binaries.user is None else binaries.user
        self._prepare_socket_dir(owner)
        self._write_settings(binaries)
        self._give_data_to(owner)
        with self.log.open("ab") as log:
            start_of_log = log.tell()
            self.process = start_leashed(
                [binaries.program("postgres"), "-D", str(self.data_dir)],
                environment=_plain(),
                log=log,
                death_signal=signal.SIGINT,  # a fast shutdown when our program dies
                unprivileged=binaries.unprivileged,
                user=binaries.user,
            )
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with self.log.open("rb") as log:
                    log.seek(start_of_log)
                    answer = log.read()[-2000:].decode(errors="replace").strip()
                raise CannotStart(f"PostgreSQL did not start. Its log, {self.log}, says:\n{answer}")
            time.sleep(0.02)

    def _prepare_socket_dir(self, owner: int) -> None:
        """The temporary folder belongs to everybody: refuse what somebody else has put there."""
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        status = os.lstat(self.socket_dir)
        if self.socket_dir.is_symlink() or status.st_uid not in {os.geteuid(), owner}:
            raise CannotStart(f"{self.socket_dir} belongs to somebody else. Remove it and start again.")
        self.socket_dir.chmod(0o700)
        os.chown(self.socket_dir, owner, -1)
        for leftover in self.socket_dir.iterdir():
            leftover.unlink()

    def _write_settings(self, binaries: Binaries) -> None:
        """A whole file of ours at each start, so that a new version of ConBillet brings its settings along."""
        settings = SETTINGS | ({} if self.durable else FORGETFUL)
        settings["unix_socket_directories"] = f"'{self.socket_dir}'"
        if binaries.major >= 18:
            settings["io_method"] = "sync"  # no extra processes for a small house
        text = "# Written by ConBillet at each start; changes here are lost.\n"
        (self.data_dir / "postgresql.conf").write_text(
            text + "".join(f"{name} = {value}\n" for name, value in settings.items())
        )

    def _give_data_to(self, owner: int) -> None:
        """The folder may have been made another way (namespace or not) than it is run now; only root can change it."""
        if os.geteuid() == 0 and (
            self.data_dir.stat().st_uid != owner or (self.data_dir / "postgresql.conf").stat().st_uid != owner
        ):
            for path in (self.data_dir, *self.data_dir.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)


def _plain() -> dict[str, str]:
    """Nothing of our environment, and no PG… variables, for the server; a path, and messages in English."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}
