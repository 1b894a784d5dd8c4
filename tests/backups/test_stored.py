"""What lies in the bucket: unreadable, nameless, and looked through for damage."""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from conbillet.backups import retention, wal
from conbillet.backups.bucket import Objects, signed
from conbillet.backups.checking import verify
from conbillet.backups.places import BackupProblem, Bucket, NotSetUp, WrongPlace, check
from conbillet.backups.restic import Restic, ResticFailed, Snapshot
from conbillet.backups.restoring import NothingToRestore, choose
from conbillet.backups.stores import stores, take_dump
from conbillet.cli import doctor_backups
from conbillet.core import clock


def objects_of(bucket, prefix: str) -> list[str]:
    answer = bucket.ask("GET", f"backups?list-type=2&prefix={prefix}").decode()
    return re.findall(r"<Key>([^<]+)</Key>", answer)


def test_nothing_in_the_bucket_can_be_read_or_names_anybody(story, bucket):
    names = objects_of(bucket, "house/")
    assert len(names) > 5
    for name in names:
        assert re.fullmatch(r"house/(config|(data/[0-9a-f]{2}|index|keys|snapshots|locks)/[0-9a-f]{64})", name), name
    whole = b"".join(bucket.ask("GET", f"backups/{name}") for name in names)
    for secret in (story.secret.encode(), b"PGDMP", b"a poster", str(story.erased).encode(), b"INSERT"):
        assert secret not in whole
    keys = [json.loads(bucket.ask("GET", f"backups/{name}")) for name in names if "/keys/" in name]
    assert [(key["username"], key["hostname"]) for key in keys] == [("conbillet", "conbillet")]


def test_the_keys_are_not_in_the_bucket_and_their_passwords_nowhere(story):
    main = story.opened.main
    listed = "".join(main.ask("ls", one.id) for one in main.snapshots())
    assert "/keys/" not in listed
    keys = story.opened.keys
    listed = "".join(keys.ask("ls", one.id) for one in keys.snapshots())
    assert "/subjects" in listed
    assert "password" not in listed


@pytest.mark.parametrize(
    "change",
    [
        {"keys_repository": "s3:https://s3.eu-west-1.amazonaws.com/backups/keys"},
        {"keys_repository": "b2:backups"},
        {"keys_repository": "rclone:somewhere:keys"},
        {"repository": "s3:http://localhost:9000/backups"},
        {"repository": "s3:s3.amazonaws.com/backups"},
        {"access_key": ""},
    ],
    ids=str,
)
def test_places_that_would_break_a_promise_are_refused(story, change):
    with pytest.raises(WrongPlace):
        check(replace(story.house.places, **change))


def test_keys_may_not_lie_among_what_is_stored(story):
    places = story.house.places
    for folder in (places.media / "keys", places.spool, places.keys, places.data):
        with pytest.raises(WrongPlace):
            check(replace(places, keys_repository=str(folder)))
    with pytest.raises(NotSetUp):
        check(replace(places, keys_repository=""))


def test_whole_backups_verify_and_damaged_ones_do_not(story, bucket):
    """An object cut short, and one that is missing; in a copy, since others restore from the house's own."""
    assert verify(story.opened, clock.now()) == []
    for name in objects_of(bucket, "house/"):
        bucket.ask("PUT", f"backups/copy/{name.removeprefix('house/')}", bucket.ask("GET", f"backups/{name}"))
    copied = replace(story.house.places, repository=story.house.places.repository.replace("/house", "/copy"))
    opened = stores(copied)
    name = max(objects_of(bucket, "copy/data/"), key=lambda one: len(bucket.ask("GET", f"backups/{one}")))
    content = bucket.ask("GET", f"backups/{name}")
    bucket.ask("PUT", f"backups/{name}", content[: len(content) // 2])
    assert "damaged" in verify(opened, clock.now(), everything=True)[0].what
    bucket.ask("DELETE", f"backups/{name}")
    with pytest.raises(ResticFailed):
        opened.main.check()


def test_a_wrong_key_is_said_to_be_one(story, tmp_path):
    keys = tmp_path / "keys"
    shutil.copytree(story.house.places.keys, keys)
    (keys / "backups" / "password").write_text("another one")
    with pytest.raises(BackupProblem, match="does not open"):
        stores(replace(story.house.places, keys=keys))


def test_missing_log_is_noticed(story, monkeypatch):
    monkeypatch.setattr(Restic, "check", lambda *_, **__: None)
    ask = Restic.ask
    first = story.opened.main.snapshots("base")[0].marks["first"]
    monkeypatch.setattr(Restic, "ask", lambda self, *words: ask(self, *words).replace(first, "elsewhere") if words[0] == "ls" else ask(self, *words))  # fmt: skip
    (trouble,) = verify(story.opened, clock.now())
    assert f"{first} is missing" in trouble.what


def test_the_doctor_says_where_they_go(story):
    texts = [finding.text for finding in doctor_backups.where(story.house.places)]
    assert any("is not in eu-west-1" in text for text in texts)
    assert any("offline key" in text for text in texts)


def test_gaps():
    size = 16 * 1024**2
    names = [f"00000001000000000000000{number}" for number in (2, 3, 5)]
    assert wal.gap(names[:2], names[0], size) is None
    assert wal.gap([names[0], f"{names[1]}.partial"], names[0], size) is None
    assert wal.gap(names, names[0], size) == "000000010000000000000004"
    assert wal.gap(names[1:], names[0], size) == names[0]
    assert wal.gap([], names[0], size) == names[0]
    assert wal.gap(["0000000100000000000000FF", "000000010000000100000000"], "0000000100000000000000FF", size) is None


def test_moments_that_no_backup_reaches(story):
    with pytest.raises(NothingToRestore):
        choose(story.opened, story.later + timedelta(minutes=1))
    with pytest.raises(NothingToRestore):
        choose(story.opened, story.moment - timedelta(days=1))


def test_the_weekly_dump_opens_with_the_offline_key_only(story, tmp_path, bucket):
    import subprocess

    offline = tmp_path / "offline.key"
    subprocess.run(["age-keygen", "-o", offline], check=True, capture_output=True)
    recipient = re.search(r"age1\w+", offline.read_text())[0]
    places = replace(story.house.places, age_recipient=recipient)
    name = take_dump(places, story.house.server, clock.now())
    assert Objects(places).names() == [name]
    assert objects_of(bucket, "house-dumps/") == [f"house-dumps/{name}"]
    sealed = tmp_path / "dump.age"
    sealed.write_bytes(Objects(places).get(name))
    assert b"PGDMP" not in sealed.read_bytes()
    opened = subprocess.run(["age", "-d", "-i", offline, sealed], check=True, capture_output=True).stdout
    assert opened.startswith(b"PGDMP")
    Objects(places).remove(name)
    assert Objects(places).names() == []


def test_the_signature_is_amazons():
    """Their example: GET with a range, in the documentation of signature version 4."""
    headers = signed(
        "GET", Bucket("examplebucket.s3.amazonaws.com", "", ""), "/test.txt", "",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", datetime(2013, 5, 24, tzinfo=UTC),
        {"range": "bytes=0-9"},
    )  # fmt: skip
    assert headers["authorization"].endswith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")


def snapshot(kind: str, at: datetime) -> Snapshot:
    return Snapshot(f"{kind} {at}", at, kind, {"system": "1", "until": at.strftime("%Y%m%dT%H%M%S.%fZ")}, ())


def test_what_is_old_goes_by_the_clock():
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    old = [snapshot("keys", now - timedelta(hours=hours)) for hours in (80, 71, 69, 1)]
    assert retention.too_old(old, retention.KEYS_KEPT, now) == [old[0].id, old[1].id]
    assert retention.too_old(old[:1], retention.KEYS_KEPT, now) == [old[0].id], "the newest too"
    pushes = [snapshot("push", now - timedelta(hours=30, minutes=-minute)) for minute in (0, 5, 10)]
    young = [snapshot("push", now - timedelta(minutes=minute)) for minute in (10, 5)]
    assert retention.superfluous([*pushes, *young], now) == [pushes[0].id, pushes[1].id]


def test_a_key_that_is_forgotten_is_gone(story):
    """Not only the snapshot: what it held, too."""
    keys = story.opened.keys
    (snapshot,) = keys.snapshots()
    before = sum(path.stat().st_size for path in Path(keys.place, "data").rglob("*") if path.is_file())
    assert retention.forget_keys(story.opened, snapshot.at + timedelta(hours=60)) == 0
    assert retention.forget_keys(story.opened, snapshot.at + timedelta(hours=71)) == 1
    after = sum(path.stat().st_size for path in Path(keys.place, "data").rglob("*") if path.is_file())
    assert (before > 0, after) == (True, 0)


@pytest.mark.parametrize(("answers", "days"), [
    ({}, 0),
    ({"object-lock": b"<Days>14</Days>"}, 14),
    ({"versioning": b"<Status>Enabled</Status>", "lifecycle": b"<NoncurrentDays>20</NoncurrentDays>"}, 20),
])  # fmt: skip
def test_what_the_bucket_adds_is_counted(story, monkeypatch, answers, days):
    monkeypatch.setattr(Objects, "_ask", lambda self, method, key, query=None, missing=b"": answers.get(next(iter(query)), b""))  # fmt: skip
    assert Objects(story.house.places).days_longer() == days


def test_a_bucket_that_keeps_what_was_removed_is_refused(story, monkeypatch):
    kept = {"versioning": b"<Status>Enabled</Status>"}
    monkeypatch.setattr(Objects, "_ask", lambda self, method, key, query=None, missing=b"": kept.get(next(iter(query)), b""))  # fmt: skip
    with pytest.raises(BackupProblem, match="for ever"):
        Objects(story.house.places).days_longer()
    quiet = SimpleNamespace(snapshots=lambda _kind: [], forget=lambda ids: 0)
    monkeypatch.setattr(Objects, "days_longer", lambda self: 27)
    with pytest.raises(BackupProblem, match="eight weeks"):
        retention.forget_backups(replace(story.opened, main=quiet), clock.now())
