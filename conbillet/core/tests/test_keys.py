import multiprocessing
import os
import stat
import threading
from uuid import UUID, uuid4

import pytest

from conbillet.core import keys
from conbillet.core.keys import InstallationKeys, KeyDestroyed, KeyMissing, KeyProblem, SealBroken, SubjectKeys

PLACE = b"accounts.device/17"
SECRET = "Åse Ørsted, +45 12 34 56 78".encode()


@pytest.fixture
def subject_keys(tmp_path):
    return SubjectKeys(tmp_path / "subjects")


def test_a_key_is_made_once_and_stays(subject_keys, tmp_path):
    subject = uuid4()
    first = subject_keys.key_for(subject)
    assert len(first) == 32
    assert SubjectKeys(tmp_path / "subjects").key_for(subject, create=False) == first
    assert subject_keys.key_for(uuid4()) != first


def test_key_files_are_for_the_owner_only_and_sharded(subject_keys, tmp_path):
    subject = UUID("0192f3a0-0000-7000-8000-0000000000c4")
    subject_keys.key_for(subject)
    path = tmp_path / "subjects" / "c4" / f"{subject}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(p.name for p in path.parent.iterdir()) == [".lock", path.name]


def test_reading_never_makes_a_key(subject_keys, tmp_path):
    with pytest.raises(KeyDestroyed):
        subject_keys.key_for(uuid4(), create=False)
    assert not (tmp_path / "subjects").exists()


def test_sealed_data_opens_again_and_shows_nothing(subject_keys):
    subject = uuid4()
    sealed = subject_keys.seal(subject, SECRET, PLACE)
    assert SECRET not in sealed
    assert sealed != subject_keys.seal(subject, SECRET, PLACE)
    assert subject_keys.open_sealed(subject, sealed, PLACE) == SECRET


@pytest.mark.asvs("14.2.4")
def test_after_destruction_nothing_opens_and_no_new_key_is_made(subject_keys, tmp_path):
    subject = uuid4()
    sealed = subject_keys.seal(subject, SECRET, PLACE)
    key = subject_keys.key_for(subject)
    assert subject_keys.destroy(subject) is True
    with pytest.raises(KeyDestroyed):
        subject_keys.open_sealed(subject, sealed, PLACE)
    with pytest.raises(KeyDestroyed):
        subject_keys.seal(subject, SECRET, PLACE)
    with pytest.raises(KeyDestroyed):
        SubjectKeys(tmp_path / "subjects").key_for(subject)
    assert subject_keys.destroy(subject) is False
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and key in p.read_bytes()]


def test_a_restored_key_file_is_destroyed_again(subject_keys, tmp_path):
    subject = uuid4()
    key = subject_keys.key_for(subject)
    [path] = tmp_path.rglob("*.key")
    subject_keys.destroy(subject)
    path.write_bytes(key)
    assert subject_keys.destroy(subject) is True
    assert not path.exists()


def test_destroying_one_leaves_the_others(subject_keys):
    one, other = uuid4(), uuid4()
    sealed = subject_keys.seal(other, SECRET, PLACE)
    subject_keys.key_for(one)
    subject_keys.destroy(one)
    assert subject_keys.open_sealed(other, sealed, PLACE) == SECRET


@pytest.mark.asvs("11.3.3")
def test_sealed_data_is_bound_to_its_person_and_place(subject_keys):
    subject, other = uuid4(), uuid4()
    subject_keys.key_for(other)
    sealed = subject_keys.seal(subject, SECRET, PLACE)
    for who, what, where in [
        (other, sealed, PLACE),
        (subject, sealed, b"accounts.device/18"),
        (subject, sealed[:-1] + bytes([sealed[-1] ^ 1]), PLACE),
        (subject, sealed[:20], PLACE),
        (subject, b"", PLACE),
        (subject, b"\x02" + sealed[1:], PLACE),
        (subject, SECRET, PLACE),
    ]:
        with pytest.raises(SealBroken):
            subject_keys.open_sealed(who, what, where)


def test_planted_bug_without_binding_another_rows_data_would_open(subject_keys, monkeypatch):
    monkeypatch.setattr(keys, "_bound", lambda subject, associated_data: b"")
    subject = uuid4()
    sealed = subject_keys.seal(subject, SECRET, PLACE)
    assert subject_keys.open_sealed(subject, sealed, b"somewhere else") == SECRET


def test_planted_bug_without_the_mark_a_late_job_would_revive_an_erased_person(subject_keys, tmp_path):
    subject = uuid4()
    subject_keys.key_for(subject)
    subject_keys.destroy(subject)
    for mark in tmp_path.rglob("*.destroyed"):
        mark.unlink()
    assert subject_keys.key_for(subject)


def test_a_damaged_key_file_is_an_error_and_not_a_key(subject_keys, tmp_path):
    subject = uuid4()
    subject_keys.key_for(subject)
    [path] = tmp_path.rglob("*.key")
    path.write_bytes(b"short")
    with pytest.raises(KeyProblem, match="5 bytes"):
        subject_keys.key_for(subject)


def _make_key(folder, subject, barrier, queue):
    barrier.wait()
    queue.put(SubjectKeys(folder).key_for(subject))


@pytest.mark.parametrize("attempt", range(3))
def test_two_processes_making_the_same_key_get_the_same(tmp_path, attempt):
    context = multiprocessing.get_context("fork")
    subject, barrier, queue = uuid4(), context.Barrier(4), context.Queue()
    workers = [context.Process(target=_make_key, args=(tmp_path, subject, barrier, queue)) for _ in range(4)]
    for worker in workers:
        worker.start()
    made = {queue.get(timeout=20) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(made) == 1


def test_planted_bug_replacing_instead_of_linking_loses_the_first_key(subject_keys, monkeypatch):
    """With rename in place of link the later writer wins, and what the first one sealed is lost."""
    subject = uuid4()
    real_read = keys._read
    monkeypatch.setattr("os.link", os.replace)
    first = subject_keys.key_for(subject)
    answers = iter([lambda path: None])
    monkeypatch.setattr(keys, "_read", lambda path: next(answers, real_read)(path))
    assert subject_keys.key_for(subject) != first


def test_making_and_destroying_at_once_ends_destroyed(subject_keys, tmp_path):
    subject = uuid4()
    stop = threading.Event()

    def keep_making():
        while not stop.is_set():
            try:
                subject_keys.key_for(subject)
            except KeyDestroyed:
                return

    makers = [threading.Thread(target=keep_making) for _ in range(3)]
    for maker in makers:
        maker.start()
    subject_keys.destroy(subject)
    stop.set()
    for maker in makers:
        maker.join()
    assert not list(tmp_path.rglob("*.key"))


def test_a_kill_between_writing_and_linking_leaves_no_half_key(subject_keys, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    subject = uuid4()
    monkeypatch.setattr("os.link", die)
    with pytest.raises(Killed):
        subject_keys.key_for(subject)
    monkeypatch.undo()
    with pytest.raises(KeyDestroyed):
        subject_keys.key_for(subject, create=False)
    assert len(subject_keys.key_for(subject)) == 32


def test_installation_keys_are_made_once(tmp_path):
    installation = InstallationKeys(tmp_path / "keys")
    key = installation.key_for("blind-index")
    assert InstallationKeys(tmp_path / "keys").key_for("blind-index", create=False) == key
    assert installation.key_for("links") != key
    assert stat.S_IMODE((tmp_path / "keys" / "blind-index.key").stat().st_mode) == 0o600


def test_a_lost_installation_key_says_what_to_do(tmp_path):
    with pytest.raises(KeyMissing, match="restore it"):
        InstallationKeys(tmp_path).key_for("blind-index", create=False)


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "a" * 64, "a\n"])
def test_a_key_name_cannot_leave_its_folder(tmp_path, name):
    with pytest.raises(ValueError, match="not a key name"):
        InstallationKeys(tmp_path).key_for(name)


def test_only_the_key_of_nobody_is_kept_in_memory(tmp_path):
    nobody, somebody = UUID(int=0), uuid4()
    keys = SubjectKeys(tmp_path, nobody=nobody)
    kept, read = keys.key_for(nobody), keys.key_for(somebody)
    for path in tmp_path.rglob("*.key"):
        path.unlink()
    assert keys.key_for(nobody) == kept
    assert keys.key_for(somebody) != read
    with pytest.raises(ValueError, match="never destroyed"):
        keys.destroy(nobody)
