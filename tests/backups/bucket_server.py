"""A bucket for the tests: moto behind gunicorn, over TLS with an authority of its own, in an environment of its own.

Of its own, because moto's libraries want another version of one that the product needs (decision 34).
"""

import datetime as dates
import fcntl
import ipaddress
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements-s3.txt"
NO_SIGNATURE = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
}
WSGI = """
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
application = DomainDispatcherApplication(create_backend_app)
"""


@dataclass(frozen=True)
class BucketServer:
    """Where it listens, and the authority that vouches for it."""

    address: str
    ca_file: Path

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """A request with a signature that is none: moto asks for one, and does not check it."""
        request = urllib.request.Request(
            # Without a type, urllib says that a body is a form, and the server reads it as one.
            f"https://{self.address}/{path}", data=body, method=method, headers={**NO_SIGNATURE, "Content-Type": "application/octet-stream"},
        )
        trusted = ssl.create_default_context(cafile=str(self.ca_file))
        direct = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
        )
        with direct.open(request, timeout=30) as answer:
            return answer.read()


def environment(folder: Path) -> Path:
    """The Python that has moto, made on the first call (some 20 seconds)."""
    folder.mkdir(parents=True, exist_ok=True)
    home, mark = folder / "environment", folder / "environment" / "installed.txt"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_bytes() != LOCK.read_bytes():
            shutil.rmtree(home, ignore_errors=True)
            _install(home)
            mark.write_bytes(LOCK.read_bytes())
    return home / "bin" / "python"


def _install(home: Path) -> None:
    """With uv where it is, as `bin/set-up` does (then Python's own venv module may be missing); else with pip."""
    python = home / "bin" / "python"
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is not None:
        known = {**os.environ, "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
        making = [uv, "venv", "--quiet", "--python", sys.executable, str(home)]
        installing = [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(LOCK)]
        if all(subprocess.run(command, env=known).returncode == 0 for command in (making, installing)):
            return
        shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=True)
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes", "-r", LOCK]
    subprocess.run(command, check=True)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a bucket for tests")])
    now = dates.datetime.now(dates.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dates.timedelta(days=1)).not_valid_after(now + dates.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    path, key_path = folder / "bucket.crt", folder / "bucket.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path, key_path


@contextmanager
def bucket_server(kept: Path, folder: Path) -> Iterator[BucketServer]:
    """Run it for as long as the block lasts; the environment is kept in `kept` for the next time."""
    python = environment(kept)
    path, key = certificate(folder)
    (folder / "bucket_wsgi.py").write_text(WSGI)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(python),
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
    ]
    command += ["--certfile", str(path), "--keyfile", str(key), "--log-level", "error", "bucket_wsgi:application"]
    plain = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    process = subprocess.Popen(command, cwd=folder, env=plain, stdout=sys.stderr, start_new_session=True)
    server = BucketServer(f"localhost:{port}", path)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                server.ask("PUT", "backups")
                break
            except OSError as reason:
                if isinstance(reason, urllib.error.HTTPError):
                    raise
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the bucket for the tests does not start") from None
                time.sleep(0.1)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
