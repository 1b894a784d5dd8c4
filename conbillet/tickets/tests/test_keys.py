import multiprocessing
import os
import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from conbillet.tickets.keys import TicketKeyProblem, TicketKeys, ticket_keys


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys" / "tickets"


def test_the_first_key_is_made_when_missing_and_then_stays(folder):
    key = TicketKeys(folder).signing_key()
    assert TicketKeys(folder).signing_key().key_id == key.key_id
    [path] = folder.glob("*.pem")
    assert path.stem == key.key_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_installations_keys_are_those_of_the_folder_that_is_set(settings, tmp_path):
    """Kept between calls, but never those of another folder: a door that holds these would call every ticket forged."""
    settings.CONBILLET_KEYS = tmp_path / "one"
    one = ticket_keys()
    assert ticket_keys() is one
    settings.CONBILLET_KEYS = tmp_path / "other"
    assert ticket_keys().signing_key().key_id != one.signing_key().key_id
    settings.CONBILLET_KEYS = tmp_path / "one"
    assert ticket_keys() is one


def test_listing_makes_no_key(folder):
    assert TicketKeys(folder).public_keys() == {}
    assert not folder.exists()


@pytest.mark.asvs("11.2.2")
def test_a_rotation_signs_with_the_new_key_and_keeps_the_old_one_for_verifying(folder):
    keys = TicketKeys(folder)
    seen = [keys.signing_key().key_id]
    elsewhere = TicketKeys(folder)
    assert elsewhere.signing_key().key_id == seen[0]
    for _ in range(35):
        seen.append(keys.rotate().key_id)
    assert seen == sorted(seen)
    assert len(set(seen)) == 36
    assert elsewhere.signing_key().key_id == seen[-1]
    assert set(elsewhere.public_keys()) == set(seen)


def test_a_removed_key_no_longer_verifies(folder):
    keys = TicketKeys(folder)
    old, new = keys.signing_key(), keys.rotate()
    (folder / f"{old.key_id}.pem").unlink()
    assert set(keys.public_keys()) == {new.key_id}


def test_files_are_not_read_again_while_the_folder_stays_as_it_is(folder, monkeypatch):
    keys = TicketKeys(folder)
    key = keys.signing_key()
    os.utime(folder, (1, 1))
    keys.public_keys()
    monkeypatch.setattr(TicketKeys, "_load", lambda self: {})
    assert keys.signing_key().key_id == key.key_id
    os.utime(folder, (2, 2))
    assert keys.public_keys() == {}


def _first_key(folder, barrier, queue):
    barrier.wait()
    queue.put(TicketKeys(folder).signing_key().key_id)


def test_processes_starting_at_once_agree_on_the_first_key(folder):
    context = multiprocessing.get_context("fork")
    barrier, queue = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_first_key, args=(folder, barrier, queue)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert len({queue.get(timeout=20) for _ in workers}) == 1
    for worker in workers:
        worker.join()


def test_a_leftover_of_a_killed_writer_is_no_key(folder):
    keys = TicketKeys(folder)
    key = keys.signing_key()
    (folder / ".02ABCD.pem.0011223344556677.new").write_bytes(b"-----BEGIN")
    assert set(keys.public_keys()) == {key.key_id}


@pytest.mark.asvs("13.3.2")
def test_a_readable_key_is_refused_with_the_remedy(folder):
    key = TicketKeys(folder).signing_key()
    (folder / f"{key.key_id}.pem").chmod(0o644)
    with pytest.raises(TicketKeyProblem, match="chmod 600"):
        TicketKeys(folder).signing_key()


def test_a_damaged_key_is_refused_with_the_remedy(folder):
    key = TicketKeys(folder).signing_key()
    (folder / f"{key.key_id}.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\nMC4C")
    with pytest.raises(TicketKeyProblem, match="damaged"):
        TicketKeys(folder).public_keys()


@pytest.mark.parametrize("name", ["02ZZZZ", "01", "hello", "../x"])
def test_a_key_under_another_name_is_refused(folder, name):
    key = TicketKeys(folder).signing_key()
    (folder / f"{key.key_id}.pem").rename((folder / name).with_suffix(".pem"))
    if name == "../x":
        assert TicketKeys(folder).public_keys() == {}
    else:
        with pytest.raises(TicketKeyProblem, match="name"):
            TicketKeys(folder).public_keys()


def test_a_key_of_another_kind_is_refused(folder):
    TicketKeys(folder).signing_key()
    pem = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "02ABCD.pem"
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(TicketKeyProblem, match="Ed25519"):
        TicketKeys(folder).signing_key()
