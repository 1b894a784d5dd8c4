"""I13: whatever a backup brings back, what was erased, withdrawn or made invalid since stays so before anybody is served."""

import psycopg
import pytest

from conbillet.accounts.models import Person
from conbillet.backups import mark
from conbillet.backups.places import BackupProblem
from conbillet.backups.restoring import LedgerOutOfReach
from conbillet.cli.embedded_postgres import CannotStart, EmbeddedPostgres
from conbillet.cli.restoring import open_database, restore
from conbillet.consents.ledger import has_consented
from conbillet.core.replay_ledger import ledger_path
from conbillet.privacy.erasure import replay as erasures
from conbillet.privacy.residue import search
from conbillet.tickets.models import Ticket
from tests.backups.conftest import DATABASE, ROLE, working_on


@pytest.fixture(scope="session")
def restored(story, tmp_path_factory, django_db_blocker):
    """The moment before the erasure, restored and still closed; Django works on it as its owner."""
    folder = tmp_path_factory.mktemp("restored") / "here"
    cluster = restore(story.opened, folder, story.moment, say=print)
    try:
        with working_on(cluster.dsn(DATABASE), django_db_blocker):
            yield cluster
    finally:
        cluster.stop()


def open_it(cluster, story):
    return open_database(cluster.dsn(DATABASE), story.opened, rehearsal=True, cluster=cluster.data_dir)


def test_the_backup_does_hold_the_erased_person(restored, story):
    """Or the next tests would prove nothing. It is the chosen second, too: what came later is not there."""
    assert Person.objects.filter(name=story.secret).exists()
    assert Ticket.objects.get(reference=story.voided).voided_at is None
    assert has_consented(email=story.reader, organization_id=None)


def test_nobody_is_served_before(restored):
    assert mark.restored_until(restored.dsn(DATABASE)) is not None
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(restored.dsn(DATABASE, f"{ROLE}_app"))
    with pytest.raises(CannotStart, match="restored from a backup"):
        EmbeddedPostgres(restored.data_dir).start()


def test_without_the_ledger_it_stays_closed(restored, story, monkeypatch):
    path = ledger_path("erasures")
    away = path.with_name("away")
    path.rename(away)
    try:
        monkeypatch.setattr(type(story.opened.main), "read", lambda *_: (_ for _ in ()).throw(LedgerOutOfReach("gone")))
        with pytest.raises(LedgerOutOfReach):
            open_it(restored, story)
        assert mark.restored_until(restored.dsn(DATABASE)) is not None
    finally:
        away.rename(path)


def test_planted_a_replay_that_does_nothing_is_noticed(restored, story, monkeypatch):
    monkeypatch.setattr(erasures, "replay_ledger", lambda now: [])
    with pytest.raises(BackupProblem, match="still there: .*accounts_person.id"):
        open_it(restored, story)
    assert mark.restored_until(restored.dsn(DATABASE)) is not None


def test_the_erased_person_is_still_gone_and_it_opens(restored, story, tmp_path):
    done = open_it(restored, story)
    assert (done.erasures, done.withdrawals, done.tickets) == (1, 1, 1)
    assert not Person.objects.filter(pk=story.erased).exists()
    assert {hit.place for hit in search([story.secret], folders=[])} == set()
    assert Ticket.objects.get(reference=story.voided).void_reason == "refunded"
    assert not has_consented(email=story.reader, organization_id=None)
    assert mark.restored_until(restored.dsn(DATABASE)) is None
    psycopg.connect(restored.dsn(DATABASE, f"{ROLE}_app")).close()
    assert not mark.folder_is_marked(restored.data_dir)
    assert (restored.data_dir.parent / "media" / "poster.txt").read_text() == "a poster"
