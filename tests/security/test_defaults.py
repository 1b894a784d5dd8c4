"""What a house is like before anybody has set anything up, and what it says when somebody tries."""

import logging
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from conbillet.core import security_log
from conbillet.core.keys import InstallationKeys, SubjectKeys
from conbillet.core.logs import NoPersonalData
from conbillet.support.models import Case
from tests.login import log_in

pytestmark = pytest.mark.django_db
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.asvs("6.3.2")
def test_a_new_house_has_no_accounts(db):
    assert get_user_model().objects.count() == 0


@pytest.mark.asvs("13.2.3")
def test_a_server_without_a_key_of_its_own_does_not_start(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
                   "CONBILLET_DATA": str(tmp_path), "DATABASE_URL": "postgresql://a@/b?host=/nonexistent"}  # fmt: skip
    command = [sys.executable, "-c", "import conbillet.config.wsgi"]
    refused = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "CONBILLET_SECRET_KEY" in refused.stderr
    environment["CONBILLET_SECRET_KEY"] = "something of its own, long enough to be a key"
    assert subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, check=False).returncode == 0


@pytest.mark.asvs("6.4.2")
def test_nobody_is_asked_a_secret_question():
    names = {field.name for model in apps.get_models() for field in model._meta.concrete_fields if model._meta.app_label in {"accounts", "account", "mfa"}}  # fmt: skip
    assert names and not [name for name in names if re.search("question|hint|mother|pet", name)]


@pytest.mark.asvs("11.4.2", "11.4.3")
def test_passwords_are_stored_slowly(world):
    account = world.buyer.account
    account.set_password("fem gule skibe på fjorden")
    algorithm, work, _salt, block, parallel, digest = account.password.split("$")
    assert algorithm == "scrypt" and int(work) * int(block) * int(parallel) >= 2**14 * 8
    assert len(digest) >= 256 / 6


@pytest.mark.asvs("7.2.1", "7.2.2")
@pytest.mark.parametrize("forged", ["a" * 32, "1", "", "../../etc/passwd", "' OR 1=1 --"])
def test_a_session_that_the_house_did_not_make_opens_nothing(world, forged):
    client = Client()
    client.cookies["login"] = forged
    assert client.get("/my/").status_code == 302
    mine = log_in(Client(), world.buyer)
    Session.objects.all().delete()
    assert mine.get("/my/").status_code == 302


@pytest.mark.asvs("7.6.2")
def test_reading_starts_no_session(client, world):
    for path in ("/", "/policy/", "/policy/cookies/", "/help/", f"/{world.organization.slug}/", f"/{world.organization.slug}/{world.event.slug}/"):  # fmt: skip
        assert "login" not in client.get(path).cookies, path
    assert Session.objects.count() == 0


@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded"])
def test_a_request_that_needs_no_preflight_is_refused_all_the_same(world, kind):
    """A page of another host can send these with the visitor's cookie, without asking first."""
    strict = log_in(Client(enforce_csrf_checks=True), world.door_crew)
    path = f"/door/{world.organization.slug}/{world.event.slug}/check-in/"
    answer = strict.post(path, '{"code": "x"}', content_type=kind, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.asvs("1.1.1")
@pytest.mark.parametrize(
    "typed", ["%3Cb%3E er det her", "&lt;b&gt; er det her", "%253Cb%253E og mere", r"\u003cb\u003e og mere"]
)
def test_what_is_typed_is_decoded_once(client, typed):
    data = {"kind": "other", "email": "a@example.com", "text": typed}
    assert client.post("/help/", data).status_code in {302, 303}
    assert Case.objects.get().text == typed


@pytest.mark.asvs("13.4.1", "13.4.3")
@pytest.mark.parametrize("path", ["/.git/config", "/.git/HEAD", "/.env", "/.venv/pyvenv.cfg", "/static/../manage.py", "/static/%2e%2e/manage.py", "/requirements.txt", "/static/", "/media/"])  # fmt: skip
def test_nothing_of_the_checkout_is_served(client, path):
    answer = client.get(path)
    assert answer.status_code in {301, 302, 404} and b"[core]" not in answer.content and b"DJANGO" not in answer.content


@pytest.mark.asvs("13.3.1", "11.1.1")
def test_keys_are_files_of_their_owner_alone(tmp_path):
    from uuid import uuid4

    InstallationKeys(tmp_path / "installation").key_for("planted")
    SubjectKeys(tmp_path / "subjects").seal(uuid4(), b"text", b"test")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2 and {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.asvs("15.1.2")
def test_every_library_is_listed_with_version_and_hash():
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=\S)", (CHECKOUT / name).read_text().strip())
        loose = [
            entry.split()[0]
            for entry in entries
            if not (re.match(r"[\w.\[\]-]+==\S+", entry) and "--hash=sha256:" in entry)
        ]
        assert len(entries) > 10 and loose == [], name


@pytest.fixture
def lines():
    """What the house's own logger says, as it is written."""
    found: list[str] = []
    handler = logging.Handler()
    handler.addFilter(NoPersonalData())
    handler.emit = lambda record: found.append(record.getMessage() + "\n" + (record.exc_text or ""))  # type: ignore[method-assign]  # replaced on purpose
    for name in ("conbillet.security", "django.request"):
        logging.getLogger(name).addHandler(handler)
    yield found
    for name in ("conbillet.security", "django.request"):
        logging.getLogger(name).removeHandler(handler)


@pytest.mark.asvs("16.2.4")
def test_security_lines_can_be_read_by_machines(lines):
    security_log.note("too_often", who="ada@example.com", network="192.0.2.1", page="sign in\nforged=1")
    assert len(lines) == 1
    event, *pairs = lines[0].split()
    assert (
        event == "too_often"
        and all(re.fullmatch(r"\w+=[\w?./:-]+", pair) for pair in pairs)
        and "forged" not in lines[0]
    )


@pytest.mark.asvs("16.3.4", "16.5.1")
def test_a_page_that_fails_is_noted_without_values_and_says_nothing(world, lines, monkeypatch):
    def broken(*given, **named):
        raise RuntimeError("no row for ada@example.com with 010170-1234")

    monkeypatch.setattr("conbillet.web.site.views.policy.texts", broken, raising=False)
    monkeypatch.setattr("conbillet.web.site.views.policy.shown_policy", broken, raising=False)
    client = Client(raise_request_exception=False)
    answer = client.get("/policy/")
    assert answer.status_code == 500 and b"RuntimeError" not in answer.content and b"ada@" not in answer.content
    said = "\n".join(lines)
    assert "RuntimeError" in said and "ada@example.com" not in said and "010170-1234" not in said
