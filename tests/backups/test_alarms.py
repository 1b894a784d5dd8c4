"""Backups that fail, are late or stopped are seen: on the desk, by the doctor, in the operator's mail. And the clock's rounds."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from conbillet.backups import health, state
from conbillet.backups.health import backup_health
from conbillet.cli import backup_rounds, doctor_backups
from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.workflows.backup_alarms import watch_backups
from conbillet.workflows.health import backups_now
from conbillet.workflows.notifications.sending import write

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def set_up(tmp_path, monkeypatch):
    """Backups that all went well a minute ago."""
    chosen = {
        **settings.CONBILLET_BACKUP,
        "repository": "s3:https://s3.eu-west-1.amazonaws.com/b",
        "spool": str(tmp_path),
    }
    monkeypatch.setattr(settings, "CONBILLET_BACKUP", chosen | {"age_recipient": "age1x"})
    monkeypatch.setattr(health, "LITTLE_ROOM", 0.0)
    for kind in state.KINDS:
        state.good(tmp_path, kind, NOW, seconds=61, until=NOW.isoformat())
    return tmp_path


def health_at(now: datetime) -> health.BackupHealth:
    return backup_health(chosen=settings.CONBILLET_BACKUP, data=settings.CONBILLET_DATA, now=now)


def test_all_is_well(set_up):
    assert health_at(NOW + timedelta(minutes=20)).troubles == []
    assert watch_backups(now=NOW + timedelta(minutes=20)) is False
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(("kind", "limit"), health.TOO_OLD.items())
def test_each_part_is_late_after_its_time(set_up, kind, limit):
    early, late = health_at(NOW + limit), health_at(NOW + limit + timedelta(seconds=1))
    assert kind not in {part.kind for part in early.troubles}
    assert kind in {part.kind for part in late.troubles}


def test_a_failure_is_told_once_a_day_and_keeps_what_went_well(set_up, monkeypatch):
    state.failed(set_up, "push", NOW + timedelta(minutes=5), "the bucket cannot be reached")
    (part,) = health_at(NOW + timedelta(minutes=6)).troubles
    assert (part.kind, part.trouble, part.good_at) == ("push", "failed", NOW)
    for minutes in (6, 16):
        assert watch_backups(now=NOW + timedelta(minutes=minutes))
    (mail,) = OutgoingMail.objects.all()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=7))
    letter = write(mail)
    assert "the bucket cannot be reached" in str(letter)
    assert mail.recipient == settings.CONBILLET_OPERATOR["email"]
    assert watch_backups(now=NOW + timedelta(days=1))
    assert OutgoingMail.objects.count() == 2
    state.good(set_up, "push", NOW + timedelta(minutes=8))
    assert write(mail) is None, "all is well again"


def test_the_disk_is_watched(set_up, monkeypatch):
    monkeypatch.setattr(health, "LITTLE_ROOM", 1.1)
    assert watch_backups(now=NOW)
    (mail,) = OutgoingMail.objects.all()
    assert "disk" in mail.key


def test_without_backups_nobody_is_alarmed(monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_BACKUP", {**settings.CONBILLET_BACKUP, "repository": ""})
    assert watch_backups(now=NOW) is False
    (finding,) = doctor_backups.backups()
    assert (finding.level, finding.text) == ("wrong", "no backups are made")


@pytest.mark.parametrize(
    ("trouble", "shown"),
    [
        ("", "Øvet: En genskabelse lykkedes"),
        ("PostgreSQL does not come up", "Den seneste øvelse i at genskabe slog fejl"),
    ],
)
def test_the_desk_shows_green_or_red(set_up, trouble, shown):
    if trouble:
        state.failed(set_up, "drill", NOW, trouble)
    found = backups_now(now=NOW + timedelta(minutes=1))
    with translation.override("da"):
        page = render_to_string("desk/_backups.html", {"backups": found})
    assert shown in page
    assert trouble in page


def test_rounds_do_what_is_due(set_up):
    opened = SimpleNamespace(places=SimpleNamespace(spool=set_up))
    due = {kind for kind in backup_rounds.EVERY if backup_rounds.is_due(opened, kind, NOW + timedelta(minutes=59))}
    assert due == set()
    due = {kind for kind in backup_rounds.EVERY if backup_rounds.is_due(opened, kind, NOW + timedelta(days=1))}
    assert due == {"keys", "base", "retention", "verify"}
    assert backup_rounds.is_due(opened, "push", NOW)
    state.failed(set_up, "base", NOW, "no room")
    assert not backup_rounds.is_due(opened, "base", NOW + timedelta(minutes=59))
    assert backup_rounds.is_due(opened, "base", NOW + timedelta(minutes=60))
