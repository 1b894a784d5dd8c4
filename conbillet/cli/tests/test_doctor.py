"""The doctor: each thing that can be wrong is found, and the finding says what to do."""

import os
import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from conbillet.cli import doctor, doctor_database, environment, services


def only(findings: Iterator[doctor.Finding]) -> doctor.Finding:
    found = list(findings)
    assert len(found) == 1, found
    return found[0]


def test_this_python_and_its_packages_are_fine():
    assert only(doctor.python()).level == "fine"
    assert only(doctor.packages()).level == "fine"


def test_an_old_python_is_wrong(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 9, 2, "final", 0))
    found = only(doctor.python())
    assert (found.level, found.text) == ("wrong", "Python 3.9.2 is too old")


def test_packages_that_differ_or_are_missing_are_named(tmp_path: Path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("django==1.0 \\\nno-such-package==2.0 \\\ncolorama==0.4.6 ; sys_platform == 'win32' \\\n")
    found = only(doctor.packages(lock))
    assert found.level == "wrong"
    assert "django 5." in found.text
    assert "no-such-package is missing (wanted: 2.0)" in found.text
    assert "colorama" not in found.text  # for another system


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        (
            {"CONBILLET_BASE_URL": "https://tickets.example", "ALLOWED_HOSTS": ["localhost"]},
            "does not have tickets.example",
        ),
        ({"CONBILLET_BASE_URL": "http://tickets.example", "ALLOWED_HOSTS": ["tickets.example"]}, "without encryption"),
        (
            {
                "CONBILLET_BASE_URL": "https://tickets.example",
                "ALLOWED_HOSTS": ["tickets.example"],
                "CONBILLET_DEMO": True,
                "SECURE": True,
            },
            "CONBILLET_DEMO is on at a public address",
        ),
    ],
)
def test_settings_that_contradict_each_other(settings, overrides, text):
    for name, value in overrides.items():
        setattr(settings, name, value)
    assert any(text in found.text and found.advice for found in doctor.settings() if found.level == "wrong")


def test_keys_that_others_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONBILLET_KEYS", str(tmp_path / "keys"))
    assert only(doctor.keys()).level == "wrong"  # not there
    (tmp_path / "keys").mkdir(mode=0o700)
    key = tmp_path / "keys" / "secret_key"
    key.touch(mode=0o600)
    assert only(doctor.keys()).level == "fine"
    key.chmod(0o640)
    found = only(doctor.keys())
    assert found.level == "wrong"
    assert found.advice == f"chmod go= {key}"


@pytest.mark.parametrize(
    ("key", "demo", "level"),
    [
        ("", False, "wrong"),
        ("pk_live_1", False, "wrong"),
        ("sk_test_1", False, "note"),
        ("sk_test_1", True, "fine"),
        ("sk_live_1", False, "fine"),
    ],
)
def test_stripe_key(settings, key, demo, level):
    settings.STRIPE_SECRET_KEY, settings.CONBILLET_DEMO, settings.STRIPE_WEBHOOK_SECRETS = key, demo, ["whsec_1"]
    assert only(doctor.stripe()).level == level


def test_stripe_webhook_secret_is_missed(settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_live_1", []
    found = list(doctor.stripe())[1]
    assert found.level == "wrong"
    assert f"{settings.CONBILLET_BASE_URL}/hooks/stripe/" in found.advice


def test_mail_server_that_does_not_answer(settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.CONBILLET_DEMO = "127.0.0.1", unused.getsockname()[1], False
        assert only(doctor.mail()).level == "wrong"


def test_mail_server_that_answers(settings, monkeypatch: pytest.MonkeyPatch):
    class Answering:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            self.where = (host, port)

        def __enter__(self) -> "Answering":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def noop(self) -> None:
            pass

    monkeypatch.setattr(smtplib, "SMTP", Answering)
    assert only(doctor.mail()).level == "fine"


def test_clock_and_disk():
    assert only(doctor.clock()).level == "fine"
    assert only(doctor.clock(datetime(2020, 1, 1, tzinfo=UTC))).level == "wrong"
    assert only(doctor.disk(free=10 * 1024**3)).level == "fine"
    assert only(doctor.disk(free=500 * 1024**2)).level == "note"
    assert only(doctor.disk(free=50 * 1024**2)).level == "wrong"


def test_ports_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("CONBILLET_DATA", str(tmp_path))
    monkeypatch.setenv("CONBILLET_DEMO", "1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("CONBILLET_PORT", str(port - 3))
        found = only(doctor.ports())
        assert found.level == "wrong"
        assert str(port) in found.text
        monkeypatch.setenv("CONBILLET_DEMO", "0")
        monkeypatch.setenv("CONBILLET_PORT", str(port))
        assert only(doctor.ports()).level == "fine"
    assert only(doctor.ports()).level == "note"


def test_a_demo_whose_web_is_silent(monkeypatch: pytest.MonkeyPatch):
    demo = {"web": "http://localhost:8000", "live": "http://localhost:8001"}
    monkeypatch.setattr(environment, "running_demo", lambda data: demo)
    monkeypatch.setattr(services, "listens", lambda port: port == 8001)
    found = only(doctor.ports())
    assert found.level == "wrong"
    assert found.advice.endswith("/logs/web.log")


def test_a_check_that_breaks_does_not_hide_the_others():
    def broken() -> Iterator[doctor.Finding]:
        raise ZeroDivisionError("oops")

    found = doctor.examine([broken, doctor.python])
    assert [finding.level for finding in found] == ["wrong", "fine"]
    assert "broken" in found[0].text


def test_database_is_fine(db):
    assert [found.level for found in doctor_database.reachable()] == ["fine"]
    assert only(doctor_database.roles()).level == "fine"
    assert only(doctor_database.migrations()).level == "fine"
    assert only(doctor_database.log()).level == "fine"


def test_database_that_cannot_be_reached(db, monkeypatch: pytest.MonkeyPatch):
    from django.db.backends.postgresql.base import DatabaseWrapper

    lost = DatabaseWrapper({**connection.settings_dict, "HOST": "/nonexistent"}, "lost")
    monkeypatch.setattr(doctor_database, "connection", lost)
    found = only(doctor_database.reachable())
    assert found.level == "wrong"
    assert "mend DATABASE_URL" in found.advice


def test_tests_database_is_not_durable(db):
    assert {found.level for found in doctor_database.durability()} == {"wrong"}


def test_the_owner_as_application_is_wrong(db, cluster, monkeypatch: pytest.MonkeyPatch):
    from django.db.backends.postgresql.base import DatabaseWrapper

    owner = DatabaseWrapper({**connection.settings_dict, "USER": "postgres"}, "owner")
    monkeypatch.setattr(doctor_database, "connection", owner)
    try:
        found = only(doctor_database.roles())
    finally:
        owner.close()
    assert found.level == "wrong"
    assert "is a superuser" in found.text


def test_a_migration_that_is_not_applied(db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'mail'")
    found = only(doctor_database.migrations())
    assert found.level == "wrong"
    assert "mail 0001_initial" in found.text
    assert "bin/conbillet migrate" in found.advice


def test_no_worker_and_failed_jobs_are_noted(db):
    assert [found.level for found in doctor_database.jobs()] == ["note"]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert [found.level for found in doctor_database.jobs()] == ["fine"]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 't', 'failed')")
    assert [found.level for found in doctor_database.jobs()] == ["fine", "note"]


def test_exit_code_is_one_when_something_is_wrong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from conbillet.cli.__main__ import main

    monkeypatch.setattr(doctor, "packages", lambda: iter([doctor.wrong("packages differ", "start again")]))
    assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert "WRONG packages differ" in output
    assert "→ start again" in output
    assert output.endswith("1 wrong\n")
    assert os.environ["DATABASE_URL"].endswith("nonexistent")  # nothing was started for it
