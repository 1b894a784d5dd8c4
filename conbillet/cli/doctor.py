"""What is missing or wrong with this installation, and what to do about it.

A check is a function that yields findings. It says what it found in a sentence, and for what is wrong the next step.
Checks that need the database stand in `doctor_database.py`.
"""

import json
import os
import re
import shutil
import smtplib
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from conbillet.cli import environment, services
from conbillet.config.env import BadSetting

OLDEST_PYTHON = (3, 11)
LITTLE_DISK = 1024**3  # bytes: mail bodies, backups and PostgreSQL's log want room
NO_DISK = 200 * 1024**2


@dataclass(frozen=True)
class Finding:
    """One result; `advice` is the next step, and stands wherever something is not fine."""

    level: Literal["fine", "note", "wrong"]
    text: str
    advice: str = ""


Check = Callable[[], Iterator[Finding]]


def fine(text: str) -> Finding:
    return Finding("fine", text)


def note(text: str, advice: str) -> Finding:
    return Finding("note", text, advice)


def wrong(text: str, advice: str) -> Finding:
    return Finding("wrong", text, advice)


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield wrong(f"Python {version} is too old", "install Python 3.11 or newer, remove .venv and start again")
    else:
        yield fine(f"Python {version}")


def packages(lock: Path = environment.CHECKOUT / "requirements.txt") -> Iterator[Finding]:
    differing = []
    for name, version, marker in re.findall(r"^([\w.-]+)==([^\s;\\]+)( ;)?", lock.read_text(), re.MULTILINE):
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = ""
        if installed != version and not (marker and not installed):  # a marker: not for every system
            differing.append(f"{name} {installed or 'is missing'} (wanted: {version})")
    if differing:
        yield wrong(f"packages differ from the lock file: {', '.join(differing)}", "remove .venv and start again")
    else:
        yield fine("packages are those of the lock file")


def settings() -> Iterator[Finding]:
    try:
        from django.conf import settings as chosen

        base = chosen.CONBILLET_BASE_URL
        hosts = chosen.ALLOWED_HOSTS
    except BadSetting as reason:
        yield wrong(f"a setting cannot be read: {reason}", "mend it in the environment of every program")
        return
    address = urlsplit(base)
    local = address.hostname in {"localhost", "127.0.0.1"}
    if address.hostname not in hosts:
        yield wrong(
            f"CONBILLET_HOSTS does not have {address.hostname}, the host of CONBILLET_BASE_URL",
            f"set CONBILLET_HOSTS={address.hostname}",
        )
    elif address.scheme != "https" and not local:
        yield wrong(
            f"visitors come to {base} without encryption",
            "set CONBILLET_BASE_URL to an https:// address and put a proxy with a certificate in front",
        )
    else:
        yield fine(f"visitors come to {base}")
    if chosen.SECURE and not chosen.SECURE_PROXY_SSL_HEADER:
        yield note(
            "pages are served as https, but CONBILLET_BEHIND_PROXY is not set",
            "set CONBILLET_BEHIND_PROXY=1 if the proxy sets X-Forwarded-Proto itself and drops what visitors send",
        )
    if chosen.CONBILLET_DEMO and not local:
        yield wrong("CONBILLET_DEMO is on at a public address", "unset CONBILLET_DEMO: everybody can log in as anybody")


def keys() -> Iterator[Finding]:
    folder = environment.keys_folder()
    if not folder.is_dir():
        yield wrong(f"there is no folder for keys ({folder})", "run `bin/conbillet migrate`, or set CONBILLET_KEYS")
        return
    found = 0
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            found += 1
            yield wrong(f"others can read {path} (mode {stat.S_IMODE(status.st_mode):o})", f"chmod go= {path}")
        elif status.st_uid != os.geteuid():
            found += 1
            yield wrong(f"{path} belongs to another user", f"chown it to the user that runs ConBillet: {path}")
        if found == 5:
            yield note("more files of the keys folder are like that", f"chmod -R go= {folder}")
            return
    if not found:
        yield fine(f"keys are private ({folder})")


def stripe() -> Iterator[Finding]:
    from django.conf import settings as chosen

    key = chosen.STRIPE_SECRET_KEY
    if not key:
        yield wrong(
            "there is no Stripe key", "set CONBILLET_STRIPE_SECRET_KEY (Stripe's dashboard, Developers, API keys)"
        )
    elif not key.startswith(("sk_", "rk_")):
        yield wrong(
            "the Stripe key does not look like one", "it begins with sk_live_ or rk_live_; do not use the pk_ one"
        )
    elif "_test_" in key and not chosen.CONBILLET_DEMO:
        yield note("the Stripe key is a test key: nobody is charged", "use the live key when sales open")
    else:
        yield fine("there is a Stripe key")
    if not chosen.STRIPE_WEBHOOK_SECRETS:
        yield wrong(
            "there is no webhook secret, so payments are only noticed by the reconciler",
            f"create a webhook to {chosen.CONBILLET_BASE_URL}{services.STRIPE_WEBHOOK} in Stripe's dashboard and set "
            "CONBILLET_STRIPE_WEBHOOK_SECRETS",
        )


def mail() -> Iterator[Finding]:
    from django.conf import settings as chosen

    where = f"{chosen.EMAIL_HOST}:{chosen.EMAIL_PORT}"
    try:
        with smtplib.SMTP(chosen.EMAIL_HOST, chosen.EMAIL_PORT, timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as reason:
        demo_is_closed = chosen.CONBILLET_DEMO and environment.running_demo(environment.data_folder()) is None
        yield (note if demo_is_closed else wrong)(
            f"the mail server {where} does not answer ({reason})",
            "set CONBILLET_SMTP_HOST and CONBILLET_SMTP_PORT, or start the demo: orders wait for their mail",
        )
    else:
        yield fine(f"the mail server {where} answers")


def inbox() -> Iterator[Finding]:
    from django.conf import settings as chosen

    from conbillet.mail.mailbox import Mailbox, MailboxDown

    place: dict[str, Any] = {name: value for name, value in chosen.CONBILLET_IMAP.items() if name != "keep"}
    if not place["host"]:
        yield note(
            "mail that people write to us is not fetched: no CONBILLET_IMAP_HOST",
            f"set it, or let the mail server pipe mail for {chosen.CONBILLET_INBOX_ADDRESS} into `bin/conbillet mail receive`",
        )
        return
    try:
        with Mailbox(**{**place, "timeout": 10}) as box:
            count = sum(1 for _mail in box.waiting())
    except MailboxDown as reason:
        yield wrong(
            str(reason), "check CONBILLET_IMAP_HOST, _PORT, _USER, _PASSWORD, _SECURITY (tls, starttls), _CA_FILE"
        )
    else:
        yield fine(f"the mailbox at {place['host']} answers ({count} mails wait)")


def clock(now: datetime | None = None) -> Iterator[Finding]:
    from conbillet.core.clock import now as ask

    newest = max(path.stat().st_mtime for path in (environment.CHECKOUT / "conbillet").rglob("*.py"))
    if (now or ask()).timestamp() < newest - 86400:
        yield wrong("the clock is behind: this version is newer than today", "set the clock (timedatectl set-ntp true)")
    else:
        yield fine("the clock is not behind")


def disk(free: int | None = None) -> Iterator[Finding]:
    data = environment.data_folder()
    there = next(path for path in (data, *data.parents) if path.exists())
    free = shutil.disk_usage(there).free if free is None else free
    text = f"{free / 1024**3:.1f} GB are free for {data}"
    if free < NO_DISK:
        yield wrong(text, "make room now: PostgreSQL stops when the disk is full")
    elif free < LITTLE_DISK:
        yield note(text, "make room soon")
    else:
        yield fine(text)


def postcodes() -> Iterator[Finding]:
    from conbillet.core.postcodes import official_file

    if official_file().exists():
        yield fine("the official table of postcodes and municipalities is there")
    else:
        yield note(
            "postcodes know one municipality each (GeoNames); many lie in several",
            "get the official table (postnr;by;kommunekode;kommune) and run `bin/conbillet postcodes import FILE.csv`",
        )


def ports() -> Iterator[Finding]:
    at = environment.ports()
    demo = environment.running_demo(environment.data_folder())
    if demo is not None:
        silent = [name for name in ("web", "live") if not services.listens(urlsplit(demo[name]).port or 0)]
        for name in silent:
            yield wrong(
                f"the demo runs, but {name} does not answer", f"read {environment.data_folder()}/logs/{name}.log"
            )
        if not silent:
            yield fine(f"the demo runs at {demo['web']}")
    elif os.environ.get("CONBILLET_DEMO") != "1":
        if services.listens(at.web):
            yield fine(f"something answers at port {at.web}")
        else:
            yield note(f"nothing answers at port {at.web}", "start `bin/conbillet serve`, or set CONBILLET_PORT")
    else:
        taken = [port for port in range(at.web, at.smtp + 1) if not services.port_is_free(port)]
        if taken:
            yield wrong(f"ports in use: {json.dumps(taken)[1:-1]}", "set CONBILLET_PORT to the first of five free ones")
        else:
            yield fine(f"ports {at.web} to {at.smtp} are free")


def examine(checks: list[Check]) -> list[Finding]:
    """All findings; a check that breaks is a finding too, so that one does not hide the others."""
    found = []
    for check in checks:
        try:
            found += list(check())
        except Exception as reason:  # whatever it is, the person at the keyboard wants to see the rest as well
            advice = "this is a mistake in ConBillet if nothing above explains it; please report it"
            found.append(wrong(f"the check `{check.__name__}` broke: {type(reason).__name__}: {reason}", advice))
    return found
